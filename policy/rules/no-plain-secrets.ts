import { UnknownValueError } from "@pulumi/policy";
import { unplaced } from "../../src/diagnostic/place.ts";
import { inPlace, pulumiOfStack, sentence } from "../../src/diagnostic/sentence.ts";
import type { RegisteredType } from "../../src/resources/kinds/registered.ts";
import type { Rule } from "./rule.ts";

/** Words of a name that say "secret". */
const secretWords =
  /(^|[_-])(secret|token|password|passwd|passphrase|pwd|credentials?|api_?key|access_?key|private_?key|signing_?key|encryption_?key|auth_?key|jwt_?key)s?([_-]|$)/i;

/** Beginnings of well-known keys, and addresses with a password in them. */
const secretValues = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /^(sk|rk)[-_][A-Za-z0-9_-]{16,}$/,
  /^gh[pousr]_[A-Za-z0-9]{20,}$/,
  /^AKIA[A-Z0-9]{16}$/,
  /^xox[abprs]-/,
  /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/,
  /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]+:[^/\s@]+@/i,
];

const setSecret = pulumiOfStack("config set --secret --path 'lockstep:secrets.<name>'");

/** The name of a resource's stack, which its URN begins with. */
const stackOf = (urn: string): string | undefined => urn.split("::")[0]?.split(":")[2];

const version: RegisteredType = "cloudflare:index/workerVersion:WorkerVersion";

/** A plain variable of a worker is shown to everybody who can see the account, in every diff and in the state. */
export const noPlainSecrets: Rule = () => ({
  name: "no-plain-secrets",
  description: "No plain-text variable of a worker has the name or the value of a secret.",
  enforcementLevel: "mandatory",
  validateResource: (args, report) => {
    if (args.type !== version) return;
    const bindings: unknown = args.props["bindings"];
    if (!Array.isArray(bindings)) return;
    let notYetKnown: UnknownValueError | undefined;
    for (const binding of bindings) {
      try {
        const reason = smell(binding);
        if (reason !== undefined) {
          report(
            inPlace(
              sentence`${args.name} has ${reason} Bind a secret instead: \`${nameOf(binding)}: secret("…")\` in src/systems, and \`${setSecret}\`.`,
              { ...unplaced(), stage: stackOf(args.urn) },
            ),
          );
        }
      } catch (error) {
        // What is not known before the update must not keep the other bindings from being judged.
        if (!(error instanceof UnknownValueError)) throw error;
        notYetKnown = error;
      }
    }
    if (notYetKnown !== undefined) throw notYetKnown;
  },
});

/** Why a binding looks like a secret in plain text; the value itself is never repeated. */
function smell(binding: unknown): string | undefined {
  if (typeof binding !== "object" || binding === null || !("type" in binding)) return undefined;
  const name = nameOf(binding);
  if (binding.type === "plain_text") return smellOf(name, name, "text" in binding ? binding.text : "");
  if (binding.type !== "json") return undefined;
  const text = "json" in binding ? binding.json : undefined;
  const value = typeof text === "string" ? parsed(text) : undefined;
  return smellOf(name, name, value) ?? smellInside(name, value);
}

/** What is in a JSON variable is judged by itself, under the name it has there. */
function smellInside(path: string, value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const reason = smellOf(key, `${path}.${key}`, inner) ?? smellInside(`${path}.${key}`, inner);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function smellOf(name: string, path: string, value: unknown): string | undefined {
  const text = typeof value === "string" ? value : typeof value === "object" && value !== null ? "{}" : "";
  if (secretValues.some((pattern) => pattern.test(text)) || looksRandom(text))
    return `the variable ${path} in plain text, whose value looks like a key.`;
  if (secretWords.test(words(name)) && !/^(|\d+(\.\d+)?|true|false)$/.test(text))
    return `the variable ${path} in plain text, whose name says that it is a secret.`;
  return undefined;
}

/** Text that is no JSON is judged as it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const nameOf = (binding: object): string =>
  "name" in binding && typeof binding.name === "string" ? binding.name : "?";

/** `apiKey` → `api_Key`. */
const words = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2");

/** Long, without a word in it, and with many different characters: letters, digits and no space. */
function looksRandom(value: string): boolean {
  if (
    !/^[A-Za-z0-9+/_=-]{40,}$/.test(value) ||
    !/\d/.test(value) ||
    !/[A-Z]/.test(value) ||
    !/[a-z]/.test(value)
  )
    return false;
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  const entropyBits = [...counts.values()].reduce(
    (sum, count) => sum - (count / value.length) * Math.log2(count / value.length),
    0,
  );
  return entropyBits > 4.2;
}
