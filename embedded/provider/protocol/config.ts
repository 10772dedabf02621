import type { Failure } from "../plan/check.ts";
import { isUnknown, text, type Values } from "../values/values.ts";

const tokenPattern = /^[0-9A-Za-z\-_]{40,80}$/;
const known = new Set([
  "apiToken",
  "baseUrl",
  "apiKey",
  "email",
  "apiUserServiceKey",
  "userAgentOperatorSuffix",
  "version",
  "pluginDownloadURL",
]);
const loopback = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** What is wrong with a provider's configuration. It can reach the embedded Cloudflare at `apiOrigin` and nothing else. */
export function configFailures(config: Values, apiOrigin: string): readonly Failure[] {
  const failures: Failure[] = Object.keys(config)
    .filter((name) => !known.has(name) && !name.startsWith("__"))
    .map((property) => ({
      property,
      reason: `there is no such provider setting; there are ${[...known].slice(0, 6).join(", ")}`,
    }));
  const foreign = isUnknown(config["baseUrl"])
    ? undefined
    : foreignAddress(text(config, "baseUrl"), apiOrigin);
  if (foreign !== undefined) failures.push({ property: "baseUrl", reason: foreign });
  const token = text(config, "apiToken");
  if (token === undefined && !isUnknown(config["apiToken"])) {
    failures.push({
      property: "apiToken",
      reason: "is required: the token of the embedded Cloudflare (connection.json of its data folder has it)",
    });
  }
  if (token !== undefined && !tokenPattern.test(token)) {
    failures.push({
      property: "apiToken",
      reason: `API tokens are 40 to 80 characters of a-z, A-Z, 0-9, "-" and "_"; this one has ${token.length} characters or others among them`,
    });
  }
  return failures;
}

/** Why the address is refused, or undefined for the embedded Cloudflare's own. */
function foreignAddress(baseUrl: string | undefined, apiOrigin: string): string | undefined {
  const own = new URL(apiOrigin);
  const expected = `This provider is served by the embedded Cloudflare and reaches nothing else: set it to ${own.origin}/client/v4.`;
  const attached = "For a real account, unset PULUMI_DEBUG_PROVIDERS, which attaches this provider.";
  if (baseUrl === undefined)
    return `is not set, which would mean the real Cloudflare. ${expected} ${attached}`;
  if (!URL.canParse(baseUrl)) return `${JSON.stringify(baseUrl)} is not an address. ${expected}`;
  const given = new URL(baseUrl);
  if (
    given.protocol === "http:" &&
    loopback.has(given.hostname) &&
    given.port === own.port &&
    given.username === "" &&
    given.password === ""
  )
    return undefined;
  return `points at ${given.origin}. ${expected} ${attached}`;
}
