import { UnknownValueError } from "@pulumi/policy";
import { unplaced } from "../../src/diagnostic/place.ts";
import { command, inPlace, sentence } from "../../src/diagnostic/sentence.ts";
import type { RegisteredType } from "../../src/resources/kinds/registered.ts";
import type { Declarations } from "../declared.ts";
import { type Suspicion, suspicionOf } from "../secrets/judge.ts";
import type { Rule } from "./rule.ts";

/** The name of a resource's stack, which its URN begins with. */
const stackOf = (urn: string): string | undefined => urn.split("::")[0]?.split(":")[2];

const version: RegisteredType = "cloudflare:index/workerVersion:WorkerVersion";

/** A plain variable of a worker is shown to everybody who can see the account, in every diff and in the state. */
export const noPlainSecrets: Rule = (declared) => ({
  name: "no-plain-secrets",
  description:
    "No plain-text variable of a worker has the name or the value of a secret, unless its declaration says why it is none.",
  enforcementLevel: "mandatory",
  validateResource: (args, report) => {
    if (args.type !== version) return;
    const bindings: unknown = args.props["bindings"];
    if (!Array.isArray(bindings)) return;
    const waived = waivedOf(declared, args.name);
    let notYetKnown: UnknownValueError | undefined;
    for (const binding of bindings) {
      try {
        const suspicion = waived.has(nameOf(binding)) ? undefined : suspicionOfBinding(binding);
        if (suspicion !== undefined)
          report(
            inPlace(refusal(args.name, nameOf(binding), suspicion), {
              ...unplaced(),
              stage: stackOf(args.urn),
            }),
          );
      } catch (error) {
        // What is not known before the update must not keep the other bindings from being judged.
        if (!(error instanceof UnknownValueError)) throw error;
        notYetKnown = error;
      }
    }
    if (notYetKnown !== undefined) throw notYetKnown;
  },
});

const refusal = (worker: string, name: string, { path, why }: Suspicion) => {
  const secret = name.toLowerCase().replaceAll("_", "-");
  return sentence`${worker} has the variable ${path} in plain text, ${why}. Bind a secret instead: \`${name}: secret("${secret}")\` in its env, and ${command("secret", { name: secret })}. If everybody may know it, say why in the worker's declaration: \`notSecret: { ${name}: "…" }\`.`;
};

/** Names of the variables of which the worker's declaration says that they are no secrets. */
function waivedOf({ declaredAs }: Declarations, logicalName: string): ReadonlySet<string> {
  const worker = declaredAs("worker", logicalName);
  return new Set(worker?.kind === "worker" ? Object.keys(worker.notSecret ?? {}) : []);
}

function suspicionOfBinding(binding: unknown): Suspicion | undefined {
  if (typeof binding !== "object" || binding === null || !("type" in binding)) return undefined;
  if (binding.type === "plain_text")
    return suspicionOf(nameOf(binding), "text" in binding ? binding.text : "");
  if (binding.type === "json")
    return suspicionOf(nameOf(binding), "json" in binding ? parsed(binding.json) : "");
  return undefined;
}

/** Text that is no JSON is judged as it is. */
function parsed(json: unknown): unknown {
  if (typeof json !== "string") return json;
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

const nameOf = (binding: unknown): string =>
  typeof binding === "object" && binding !== null && "name" in binding && typeof binding.name === "string"
    ? binding.name
    : "?";
