import { isEmptyOfSecrets } from "../../policy/secrets/harmless.ts";
import { meaningOf } from "../../policy/secrets/names.ts";
import { looksLikeKey } from "../../policy/secrets/random.ts";
import { wellKnownIn } from "../../policy/secrets/well-known.ts";

const masked = "[secret]";

/** `token=…`, `"password": "…"`, `?sig=…`: what has a name, and its value. */
const pair = /(["']?)([A-Za-z][\w.-]{1,40})\1(=|\s*:\s*)(["']?)([^\s"'&;,}\])]+)/g;
const bearer = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
const password = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi;

/** Parameters of an address whose value lets in whoever has it. */
const signatures = /^(?:sig|signature|x-amz-signature|x-goog-signature|code|key|auth|authorization)$/i;

/** A text of a log without what is a secret by its name or by its form. What a worker says is its own; who reads over a shoulder gets none of it. */
export const withoutSecrets = (text: string): string =>
  text
    .replace(password, `$1:${masked}@`)
    .replace(bearer, `$1 ${masked}`)
    .replace(pair, (whole, quote: string, name: string, sign: string, open: string, value: string) =>
      isSecret(name, value) ? `${quote}${name}${quote}${sign}${open}${masked}` : whole,
    )
    .replace(/[^\s"'`,;(){}[\]<>]{12,}/g, (word) => (wellKnownIn(word) === undefined ? word : masked));

function isSecret(name: string, value: string): boolean {
  if (value === masked || isEmptyOfSecrets(value) || /^\d{1,4}$/.test(value)) return false;
  const meaning = meaningOf(name);
  return meaning === "secret" || ((meaning === "maybe" || signatures.test(name)) && looksLikeKey(value));
}
