import { bindingsOf, carriers, variableOf } from "../../seen/bindings.ts";
import { unknown } from "../../seen/values.ts";
import { cannotTell, type Finding, type ResourceRule, violation } from "../rule.ts";

/** Names under which workers are told what to log. */
const names = /^(?:.*_)?LOG(?:GING)?_?LEVEL$|^DEBUG$|^VERBOSE$/i;
const verbose = /^(?:debug|trace|verbose|silly|all|\*|true|1|yes|on)$/i;
const verboseLevel = /^(?:debug|trace|verbose|silly|all)$/i;

/** What is written while somebody looks for a mistake is not meant to be kept. */
export const logLevel: ResourceRule = {
  id: "log-level",
  title: "A worker in a protected stage does not log at `debug` or below.",
  why: "Debug logs hold what people sent, are kept by Cloudflare, and cost per line.",
  remediation: "Set the variable to `info` or above in this stage.",
  severity: "medium",
  levels: { protected: "advisory", others: "disabled" },
  of: carriers,
  check: (resource) => {
    const bindings = bindingsOf(resource);
    if (bindings === unknown) return [cannotTell(resource, "what it binds")];
    return bindings.known
      .filter(({ type, name }) => type === "plain_text" && names.test(name))
      .flatMap((binding): Finding[] => {
        const value = variableOf(binding);
        if (value === unknown) return [cannotTell(resource, `the value of ${binding.name}`)];
        if (typeof value !== "string") return [];
        const isLevel = /level/i.test(binding.name);
        if (!(isLevel ? verboseLevel : verbose).test(value)) return [];
        return [
          violation(
            `${resource.name} logs everything: ${binding.name} is ${JSON.stringify(value)}. Set it to ${isLevel ? "info" : "an empty text or false"} in this stage.`,
          ),
        ];
      });
  },
};
