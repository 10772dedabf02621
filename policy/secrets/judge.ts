import { isEmptyOfSecrets, isKnownHarmless, isPublicHalf } from "./harmless.ts";
import { secretInAddress, secretPairIn } from "./inside.ts";
import { meaningOf, namesIdentifier } from "./names.ts";
import { isRandomHex, isRandomText, looksLikeKey } from "./random.ts";
import { wellKnownIn } from "./well-known.ts";

/** Why a variable is taken for a secret. */
export interface Suspicion {
  /** Where in it: `OPTIONS`, or `OPTIONS.stripe.live` for what stands inside JSON. */
  readonly path: string;
  /** For a message, after the path: `whose value looks like a token of GitHub`. Never the value itself. */
  readonly why: string;
}

/** Why a variable in plain text is a secret; undefined where it is none. `value` is a text, or what JSON holds. */
export function suspicionOf(name: string, value: unknown, path = name): Suspicion | undefined {
  if (typeof value === "object" && value !== null) return suspicionInside(name, value, path);
  if (typeof value === "number") return suspicionOf(name, String(value), path);
  if (typeof value !== "string") return undefined;
  const inside = jsonIn(value);
  if (inside !== undefined) return suspicionInside(name, inside, path);
  const readable = readableIn(value.trim());
  if (readable !== undefined && meaningOf(name) !== "secret") return suspicionOf(name, readable, path);
  const looks = looksLike(name, value.trim());
  if (looks !== undefined) return { path, why: `whose value looks like ${looks}` };
  return saysSecret(name, value.trim()) ? { path, why: "whose name says that it is a secret" } : undefined;
}

/** Members have their own names. What stands in a list, or in a variable that is called a secret, has the name of that. */
function suspicionInside(name: string, value: object, path: string): Suspicion | undefined {
  // A JSON Web Key: of a public one the numbers are as random.
  if ("kty" in value)
    return "d" in value || "k" in value ? { path, why: "whose value looks like a private key" } : undefined;
  for (const [key, inner] of Object.entries(value)) {
    const isUnnamed = Array.isArray(value) || (path === name && meaningOf(name) === "secret");
    const found = suspicionOf(isUnnamed ? name : key, inner, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function jsonIn(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function looksLike(name: string, value: string): string | undefined {
  if (isEmptyOfSecrets(value) || isPublicHalf(value)) return undefined;
  const known = wellKnownIn(value) ?? addressIn(value) ?? tokenIn(value);
  if (known !== undefined) return known;
  if (isKnownHarmless(value) || /^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return undefined;
  const pair = secretPairIn(value);
  if (pair !== undefined) return `a text with a ${pair.toLowerCase()} in it`;
  return !isExpected(name, value) && (isRandomHex(value) || isRandomText(value)) ? "a key" : undefined;
}

const addressIn = (value: string): string | undefined =>
  value
    .split(/[\s,"'<>]+/)
    .map(secretInAddress)
    .find((found) => found !== undefined);

/** A JWT, unless it says of itself that it is for everybody, as the `anon` keys of Supabase do. */
function tokenIn(value: string): string | undefined {
  const [, claims = ""] = /^eyJ[\w-]+\.([\w-]*)\.[\w-]+(?:\.[\w-]+)*$/.exec(value) ?? [];
  if (!/^eyJ[\w-]+\.[\w-]*\.[\w.-]+$/.test(value)) return undefined;
  return /"role"\s*:\s*"anon"/.test(Buffer.from(claims, "base64url").toString("utf8")) ? undefined : "a JWT";
}

/** What base64 of a text that can be read says. */
function readableIn(value: string): string | undefined {
  if (!/^[A-Za-z0-9+/]{16,}={0,2}$/.test(value)) return undefined;
  const text = Buffer.from(value, "base64").toString("utf8");
  return /^[\t\n\r\u0020-\u007e]+$/.test(text) ? text : undefined;
}

/** An identifier or a digest, under a name that says so. */
const isExpected = (name: string, value: string): boolean =>
  meaningOf(name) === "about" ||
  (meaningOf(name) !== "secret" &&
    namesIdentifier(name) &&
    (isRandomHex(value) || /^[\w-]{1,64}$/.test(value) || /hash|digest|integrity/i.test(name)));

/** Whether the name says secret, and the value is not plainly something else. */
function saysSecret(name: string, value: string): boolean {
  const meaning = meaningOf(name);
  if (meaning === "neutral" || meaning === "about") return false;
  if (isEmptyOfSecrets(value) || isPublicHalf(value) || tokenForAll(value) || isPlace(value)) return false;
  if (/^-?\d+(?:\.\d+)?$/.test(value)) return value.length >= (isCounted(name) ? 16 : 4);
  return meaning === "secret" || (!isKnownHarmless(value) && looksLikeKey(value));
}

/** Tokens and keys are counted, in small numbers; passwords are not. */
const isCounted = (name: string): boolean => /(?:token|key|secret|credential)s$|token$/i.test(name);

const tokenForAll = (value: string): boolean => /^eyJ/.test(value) && tokenIn(value) === undefined;

/** An address that lets nobody in, or a file's path. */
const isPlace = (value: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(value) || /^\.{0,2}(?:\/[a-z0-9_.-]{2,})+$/.test(value);
