import { unplaced } from "../../../src/diagnostic/place.ts";
import { command, inPlace, sentence } from "../../../src/diagnostic/sentence.ts";
import type { Declarations } from "../../declared.ts";
import { type Suspicion, suspicionOf } from "../../secrets/judge.ts";
import { bindingsOf, carriers, type SeenBinding, variableOf } from "../../seen/bindings.ts";
import { unknown } from "../../seen/values.ts";
import { cannotTell, type Finding, type ResourceRule, violation } from "../rule.ts";

/** A plain variable of a worker is shown to everybody who can see the account, in every diff and in the state. */
export const noPlainSecrets: ResourceRule = {
  id: "no-plain-secrets",
  title:
    "No plain-text variable of a worker has the name or the value of a secret, unless its declaration says why it is none.",
  why: "Everybody who can see the account reads a plain variable, and so does every diff, every log of CI and the state.",
  remediation: "Bind a secret: `secret_text` with a value that is a Pulumi secret.",
  severity: "critical",
  levels: { protected: "mandatory", others: "mandatory" },
  of: carriers,
  check: (resource, { declared, stack }) => {
    const bindings = bindingsOf(resource);
    if (bindings === unknown) return [cannotTell(resource, "what it binds")];
    const waived = waivedOf(declared, resource.name);
    const found = bindings.known
      .filter(({ type, name }) => (type === "plain_text" || type === "json") && !waived.has(name))
      .flatMap((binding): Finding[] => {
        const value = variableOf(binding);
        if (value === unknown) return [cannotTell(resource, `the value of ${binding.name}`)];
        const suspicion = suspicionOf(binding.name, valueIn(binding, value));
        return suspicion === undefined
          ? []
          : [
              violation(
                inPlace(refusal(resource.name, binding.name, suspicion), { ...unplaced(), stage: stack }),
              ),
            ];
      });
    return bindings.hidden ? [...found, cannotTell(resource, "one of its bindings")] : found;
  },
};

const refusal = (worker: string, name: string, { path, why }: Suspicion) => {
  const secret = name.toLowerCase().replaceAll("_", "-");
  return sentence`${worker} has the variable ${path} in plain text, ${why}. Bind a secret instead: \`${name}: secret("${secret}")\` in its env, and ${command("secret", { name: secret })}. If everybody may know it, say why in the worker's declaration: \`notSecret: { ${name}: "…" }\`.`;
};

/** Names of the variables of which the worker's declaration says that they are no secrets. */
function waivedOf({ declaredAs }: Declarations, logicalName: string): ReadonlySet<string> {
  const worker = declaredAs("worker", logicalName);
  return new Set(worker?.kind === "worker" ? Object.keys(worker.notSecret ?? {}) : []);
}

/** Text that is no JSON is judged as it is. */
function valueIn({ type }: SeenBinding, value: unknown): unknown {
  if (type !== "json" || typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
