import { accountProducts, type Product, zoneAtLarge, zoneProducts } from "./products.ts";
import { ApiError } from "./service.ts";

/** Cloudflare's answer to a path that there is not; and one clear sentence where there is one at Cloudflare, and not here. */
export function noRoute(method: string, path: string): ApiError {
  const product = productOf(path);
  if (product === undefined)
    return new ApiError(404, 7003, `Could not route to ${path}, perhaps your object identifier is invalid?`);
  return new ApiError(404, 7000, sentenceOf(product, `${method} ${path}`));
}

function sentenceOf({ name, embedded, instead }: Product, call: string): string {
  const missing = embedded
    ? `The embedded Cloudflare has ${name}, and not this call of it (${call}).`
    : `The embedded Cloudflare does not have ${name} (${call}).`;
  const way = instead === undefined ? "" : ` Here, ${instead}.`;
  return `${missing}${way} Use it in a real account, or leave it out of what is deployed here.`;
}

/** Below an account or a zone with an id of the right form; undefined for what Cloudflare has not either. */
function productOf(path: string): Product | undefined {
  if (/\/\/|%(?![\da-f]{2})/i.test(path)) return undefined; // malformed, whatever it is about
  const [, scope, rest = ""] = /^\/(accounts|zones)\/[0-9a-f]{32}\/(.+)$/.exec(path) ?? [];
  if (scope === "accounts") return longest(accountProducts, rest.split("/"));
  return scope === "zones" ? (longest(zoneProducts, rest.split("/")) ?? zoneAtLarge) : undefined;
}

function longest(
  products: Readonly<Record<string, Product>>,
  segments: readonly string[],
): Product | undefined {
  const fits = (prefix: string): boolean =>
    prefix.split("/").every((wanted, i) => wanted === "*" || wanted === segments[i]);
  const [found] = Object.keys(products)
    .filter(fits)
    .toSorted((a, b) => b.split("/").length - a.split("/").length);
  return found === undefined ? undefined : products[found];
}
