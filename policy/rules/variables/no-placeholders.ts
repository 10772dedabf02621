import { bindingsOf, carriers, type SeenBinding, variableOf } from "../../seen/bindings.ts";
import { unknown } from "../../seen/values.ts";
import { cannotTell, type Finding, type ResourceRule, violation, warning } from "../rule.ts";

/** Words that stand where a value was meant to be written. */
const standIns =
  /^(?:change[-_ ]?(?:me|this|it)!*|replace[-_ ]?(?:me|this|with[-_ ].*)|fix[-_ ]?me|to[-_ ]?do|t\.?b\.?d\.?|place[-_ ]?holder|dummy|lorem ipsum.*|insert[-_ ].*[-_ ]here|(?:your|my)[-_ ](?:.*[-_ ])?(?:here|key|token|secret|password|id|domain|value)|fill[-_ ]?(?:me[-_ ]?)?in|x{3,}|\*{3,}|\.{3,}|\?{3,}|<[^<>]+>|\[[a-z _-]+\]|\{\{[^}]*\}\}|\$\{[^}]*\})$/i;

/** Hosts that nobody can have: they are set aside for examples and tests. */
const exampleHost =
  /(?:^|[@/.\s])example\.(?:com|org|net|edu)(?=$|[/:?#\s,;>])|(?:^|[@/.])[\w-]+\.(?:example|invalid)(?=$|[/:?#\s,;>])/i;

/** A protected stage runs with values that somebody chose for it. */
export const noPlaceholders: ResourceRule = {
  id: "no-placeholders",
  title:
    "No variable or secret of a worker in a protected stage is a placeholder: `changeme`, `xxx`, `example.com`, an empty secret.",
  why: "A worker that runs with a placeholder refuses every request, or lets everybody in who tries `changeme`.",
  remediation:
    "Give the variable its value for this stage. What only looks like a placeholder goes into the list `allow`.",
  severity: "high",
  warns: true,
  levels: { protected: "mandatory", others: "disabled" },
  settings: {
    allow: { kind: "list", says: "Values that are meant, or names of variables that may have any" },
  },
  of: carriers,
  check: (resource, { list }) => {
    const bindings = bindingsOf(resource);
    if (bindings === unknown) return [cannotTell(resource, "what it binds")];
    const allowed = new Set(list("allow"));
    const found = bindings.known
      .filter(({ name }) => !allowed.has(name))
      .flatMap((binding) => judged(resource.name, binding, allowed));
    return bindings.hidden ? [...found, cannotTell(resource, "one of its bindings")] : found;
  },
};

function judged(worker: string, binding: SeenBinding, allowed: ReadonlySet<string>): readonly Finding[] {
  const value = variableOf(binding);
  const isSecret = binding.type === "secret_text";
  // A value that is not known yet comes from another resource, and is no text that somebody wrote.
  if (typeof value !== "string" || allowed.has(value)) return [];
  const what = isSecret ? "the secret" : "the variable";
  if (value.trim() === "") {
    const message = `${worker} has ${what} ${binding.name}, which is empty. Give it its value, or take it out.`;
    // Plain texts are often empty on purpose: a feature that is off.
    return [isSecret ? violation(message) : warning(message)];
  }
  const placeholder = textsIn(binding, value).find(
    (text) => !allowed.has(text) && (standIns.test(text.trim()) || exampleHost.test(text.trim())),
  );
  if (placeholder === undefined) return [];
  // Of a secret not even the placeholder is said: it may be one only by its looks.
  const shown = isSecret ? "a placeholder" : JSON.stringify(placeholder);
  return [
    violation(
      `${worker} has ${what} ${binding.name} with a value that stands for another: ${shown}. Give it the value that this stage needs.`,
    ),
  ];
}

/** The text itself, or the texts inside JSON. */
function textsIn({ type }: SeenBinding, value: string): readonly string[] {
  if (type !== "json") return [value];
  try {
    const texts: string[] = [];
    JSON.parse(value, (_key, each: unknown) => {
      if (typeof each === "string") texts.push(each);
      return each;
    });
    return texts;
  } catch {
    return [value];
  }
}
