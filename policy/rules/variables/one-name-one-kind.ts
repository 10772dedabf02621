import { bindingsOf, carriers } from "../../seen/bindings.ts";
import { unknown } from "../../seen/values.ts";
import { cannotTell, type Finding, type ResourceRule, violation } from "../rule.ts";

/** A name in `env` means one thing: of two, Cloudflare keeps the last, and nobody is told which that was. */
export const oneNameOneKind: ResourceRule = {
  id: "one-name-one-kind",
  title: "No two bindings of a worker have the same name; above all not a text and a secret.",
  why: "A text under a secret's name takes its place: the worker goes on with the text, such as a test's value, and the secret is gone.",
  remediation: "Give each binding a name of its own.",
  severity: "high",
  levels: { protected: "mandatory", others: "mandatory" },
  of: carriers,
  check: (resource) => {
    const bindings = bindingsOf(resource);
    if (bindings === unknown) return [cannotTell(resource, "what it binds")];
    const typesOf = new Map<string, string[]>();
    for (const { name, type } of bindings.known) typesOf.set(name, [...(typesOf.get(name) ?? []), type]);
    const found = [...typesOf]
      .filter(([, types]) => types.length > 1)
      .map(
        ([name, types]): Finding =>
          violation(
            `${resource.name} binds ${name} ${types.length} times, as ${types.join(" and ")}: only one of them would be there. Give each a name of its own.`,
          ),
      );
    return bindings.hidden ? [...found, cannotTell(resource, "one of its bindings")] : found;
  },
};
