import {
  type Policies,
  type PolicyResource,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  UnknownValueError,
} from "@pulumi/policy";
import { unknownValue } from "../src/engine/property-values.ts";
import type { PolicyLevel } from "../src/project/policies.ts";
import type { Pack } from "./pack-options.ts";
import {
  type Finding,
  isStackRule,
  type ResourceRule,
  type Rule,
  type StackFinding,
  type StackRule,
} from "./rules/rule.ts";
import { propsOf } from "./seen/from-engine.ts";
import { type SeenResource, stackOf } from "./seen/resource.ts";

/** Where the SDK keeps what it wrapped to notice that an unknown value is read. */
const insideProxy = "__getSpecialProxyTarget";

/**
 * Rules as policies of Pulumi's SDK, which has one level for each: that of the stack that the pack runs for. What a mandatory rule only warns of
 * is a policy of its own.
 */
export const sdkPolicies = (pack: Pack, stack: string | undefined): Policies =>
  pack.rules.flatMap((rule): Policies => {
    const level = stack === undefined ? rule.levels.protected : pack.levelOf(rule, stack);
    const halves: readonly Half[] =
      rule.warns === true && level === "mandatory" ? ["refusals", "warnings"] : ["all"];
    return halves.map((half) =>
      isStackRule(rule) ? ofStack(pack, rule, level, half) : ofResource(pack, rule, level, half),
    );
  });

type Half = "all" | "refusals" | "warnings";

const factsOf = (rule: Rule, level: PolicyLevel, half: Half) => ({
  name: half === "warnings" ? `${rule.id}-warnings` : rule.id,
  description: rule.title,
  remediationSteps: rule.remediation,
  severity: rule.severity,
  enforcementLevel: half === "warnings" ? ("advisory" as const) : level,
});

function ofResource(
  pack: Pack,
  rule: ResourceRule,
  level: PolicyLevel,
  half: Half,
): ResourceValidationPolicy {
  const { remedy } = rule;
  return {
    ...factsOf(rule, level, half),
    validateResource: (args, report) => {
      if (!rule.of.includes(args.type)) return;
      const found = rule.check(seen(args, []), pack.contextOf(rule, stackOf(args.urn)));
      told(found, half, ({ message }) => report(message));
    },
    ...(remedy !== undefined && {
      remediateResource: (args: ResourceValidationArgs) => {
        if (!rule.of.includes(args.type)) return undefined;
        const resource = seen(args, []);
        const found = rule.check(resource, pack.contextOf(rule, stackOf(args.urn)));
        return found.some(({ kind }) => kind === "violation")
          ? { ...remedy({ ...plain(args.props) }, resource) }
          : undefined;
      },
    }),
  };
}

const ofStack = (pack: Pack, rule: StackRule, level: PolicyLevel, half: Half): StackValidationPolicy => ({
  ...factsOf(rule, level, half),
  validateStack: (args, report) => {
    const resources = args.resources.map((each) =>
      seen(
        each,
        each.dependencies.map(({ urn }) => urn),
      ),
    );
    const found = rule.checkStack(resources, pack.contextOf(rule, stackOf(resources[0]?.urn ?? "")));
    told<StackFinding>(found, half, ({ message, urn }) => report(message, urn));
  },
});

/** Reports what was found; what cannot be told yet goes the SDK's way, which makes it a warning, after everything else. */
function told<F extends Finding>(found: readonly F[], half: Half, report: (finding: F) => void): void {
  for (const finding of found) {
    if (finding.kind === "cannotTell") continue;
    if (half === "all" || (half === "warnings") === (finding.softened === true)) report(finding);
  }
  const later = found.find(({ kind }) => kind === "cannotTell");
  if (later === undefined || half === "warnings") return;
  const error = new UnknownValueError(unknownValue, []);
  error.message = later.message;
  throw error;
}

const seen = (
  { urn, type, name, props, opts }: Pick<PolicyResource, "urn" | "type" | "name" | "props" | "opts">,
  dependsOn: readonly string[],
): SeenResource => ({
  urn,
  type,
  name,
  props: propsOf(plain(props)),
  protect: opts.protect,
  deleteBeforeReplace: opts.deleteBeforeReplace ?? false,
  dependsOn,
});

/** The properties without the SDK's proxies, which throw where a value is not known. */
function plain(props: object): object {
  const inside: unknown = Reflect.get(props, insideProxy);
  return typeof inside === "object" && inside !== null ? inside : props;
}
