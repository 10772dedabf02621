import { isEmptyOfSecrets } from "./harmless.ts";
import { meaningOf } from "./names.ts";
import { isRandomHex, isRandomText, looksLikeKey } from "./random.ts";

/** Parameters of an address whose value lets in whoever has it. */
const signatures = /^(?:sig|signature|x-amz-signature|x-goog-signature|code|key|auth)$/i;

/** Hosts and paths where whoever knows the address may write. */
const hooks =
  /^hooks\.|(?:^|\.)hook\.|webhook\.office\.com$|^(?:discord|discordapp)\.com$|^maker\.ifttt\.com$/i;

/** What an address lets in by, if it does: a password, a token for a name, a parameter, a secret path. */
export function secretInAddress(address: string): string | undefined {
  const url = URL.parse(address);
  if (url === null || !/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return undefined;
  if (url.password !== "" && !isEmptyOfSecrets(decoded(url.password))) return "an address with a password";
  const isOfSentry = /^[0-9a-f]{32}$/.test(url.username) && /^\/\d+$/.test(url.pathname);
  if (!isOfSentry && (isRandomHex(url.username) || isRandomText(url.username, 20)))
    return "an address with a token";
  for (const [name, value] of url.searchParams) {
    const isSecret =
      meaningOf(name) === "secret" ? value.length >= 4 : signatures.test(name) && looksLikeKey(value);
    if (isSecret && !isEmptyOfSecrets(value)) return "an address with a token";
  }
  const segments = url.pathname.split("/").slice(1);
  const isHook = hooks.test(url.hostname) || segments.some((segment) => /^(?:web)?hooks?$/i.test(segment));
  if (
    isHook &&
    segments.some((segment) => segment.length >= 7 && /\d/.test(segment) && !/^v\d/.test(segment))
  )
    return "the address of a webhook";
  return undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `name=value` pairs, as connection strings, queries and `.env` files have them, and headers: `x-api-key: …`. */
const pairs = /(?:^|[;&?,\s])"?([A-Za-z][\w.-]{1,40}(?: [A-Za-z]\w*)?)"?(?:=|:[ \t]+)["']?([^;&\s"']+)/g;

/** The name of a pair in a text whose value is a secret by that name. */
export const secretPairIn = (text: string): string | undefined =>
  [...text.matchAll(pairs)].find(([, name = "", value = ""]) => {
    if (isEmptyOfSecrets(value) || /^[(%]|^\d{1,3}$/.test(value)) return false;
    const meaning = meaningOf(name);
    return meaning === "secret" || (meaning === "maybe" && looksLikeKey(value));
  })?.[1];
