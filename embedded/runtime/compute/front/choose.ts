import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Place, Share } from "../scripts.ts";

/** Which version answers: an override that names a deployed version, then the key's affinity, then chance. */
export function choose(
  shares: readonly Share[],
  script: string,
  headers: IncomingHttpHeaders,
  random: () => number = Math.random,
): Place | undefined {
  const wanted = override(headers["cloudflare-workers-version-overrides"], script);
  const asked = shares.find((s) => s.place.version.id === wanted);
  if (asked !== undefined) return asked.place;
  const key = headers["cloudflare-workers-version-key"];
  let at = (typeof key === "string" ? fraction(`${script}/${key}`) : random()) * 100;
  for (const share of shares) {
    at -= share.percentage;
    if (at < 0) return share.place;
  }
  return shares.findLast(({ percentage }) => percentage > 0)?.place; // rounding left a rest
}

/** A structured-field dictionary: `dome-api="<version>", silo="<version>"`. */
function override(header: string | string[] | undefined, script: string): string | undefined {
  const text = Array.isArray(header) ? header.join(",") : (header ?? "");
  for (const [, name, version] of text.matchAll(/([\w-]+)\s*=\s*"([^"]*)"/g))
    if (name === script) return version;
  return undefined;
}

/** The same key falls on the same place, so a growing share only ever takes keys over. */
function fraction(key: string): number {
  return createHash("sha256").update(key).digest().readUInt32BE(0) / 2 ** 32;
}
