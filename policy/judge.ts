import { type Exception, exceptionText, excepts, nameIn, unusedText } from "./exceptions.ts";
import type { Pack } from "./pack-options.ts";
import { type Inputs, isStackRule, type Rule, type StackFinding } from "./rules/rule.ts";
import { propsOf } from "./seen/from-engine.ts";
import { type SeenResource, stackOf } from "./seen/resource.ts";

/** A finding of a rule, with what it does in its stack. */
export interface Judgement {
  readonly rule: Rule;
  /** `cannotTell` stops nothing: it says that the rule has yet to judge. Nor does what somebody agreed to. */
  readonly outcome: "mandatory" | "advisory" | "cannotTell" | "excepted";
  readonly urn: string;
  /** What an exception names it by. */
  readonly exceptedAs: string;
  readonly message: string;
}

/** What the rules about single resources find in one, from its inputs. */
export function judgeResource(pack: Pack, resource: SeenResource): readonly Judgement[] {
  const stack = stackOf(resource.urn);
  return pack.rules.flatMap((rule): readonly Judgement[] => {
    if (isStackRule(rule) || !rule.of.includes(resource.type)) return [];
    const level = pack.levelOf(rule, stack);
    if (level === "disabled") return [];
    return rule
      .check(resource, pack.contextOf(rule, stack))
      .map((finding) => judgement(pack, rule, level, { ...finding, urn: resource.urn }));
  });
}

/** What the rules about the stack as a whole find. */
export function judgeStack(pack: Pack, resources: readonly SeenResource[]): readonly Judgement[] {
  const stack = stackOf(resources[0]?.urn ?? "");
  return pack.rules.flatMap((rule): readonly Judgement[] => {
    const level = pack.levelOf(rule, stack);
    if (!isStackRule(rule) || level === "disabled") return [];
    return rule
      .checkStack(resources, pack.contextOf(rule, stack))
      .map((finding) => judgement(pack, rule, level, finding));
  });
}

/** What rules on the level `remediate` put in place of a resource's inputs, one after the other. @param raw the inputs as the engine writes them */
export function remedied(pack: Pack, resource: SeenResource, raw: Inputs): readonly Remedied[] {
  const stack = stackOf(resource.urn);
  const done: Remedied[] = [];
  for (const rule of pack.rules) {
    if (isStackRule(rule) || rule.remedy === undefined || !rule.of.includes(resource.type)) continue;
    if (pack.levelOf(rule, stack) !== "remediate") continue;
    const props = done.at(-1)?.props ?? raw;
    const now = { ...resource, props: propsOf(props) };
    if (pack.exceptions.some((each) => excepts(each, rule.id, nameIn(resource.urn)))) continue;
    if (!rule.check(now, pack.contextOf(rule, stack)).some(({ kind }) => kind === "violation")) continue;
    done.push({ rule, props: rule.remedy(props, now) });
  }
  return done;
}

export interface Remedied {
  readonly rule: Rule;
  readonly props: Inputs;
}

function judgement(
  pack: Pack,
  rule: Rule,
  level: "mandatory" | "advisory" | "remediate",
  { urn, ...finding }: StackFinding,
): Judgement {
  const own = nameIn(urn);
  if (finding.kind === "cannotTell")
    return { rule, outcome: "cannotTell", urn, exceptedAs: own, message: finding.message };
  const { exceptedAs = own, message } = finding;
  const exception = pack.exceptions.find((each) => excepts(each, rule.id, exceptedAs));
  if (exception !== undefined)
    return {
      ...{ rule, outcome: "excepted", urn, exceptedAs },
      message: `${exceptionText(exception)}. ${message}`,
    };
  const isSoft = level === "advisory" || finding.softened === true;
  return { rule, outcome: isSoft ? "advisory" : "mandatory", urn, exceptedAs, message };
}

/** Exceptions of the pack that met nothing, neither a finding nor what cannot be told yet: mandatory, as an exception that stays is one that nobody sees any more. */
export function unusedExceptions(pack: Pack, judged: readonly Judgement[]): readonly Judgement[] {
  const met = (each: Exception): boolean =>
    judged.some(
      ({ rule, outcome, exceptedAs }) =>
        (outcome === "excepted" || outcome === "cannotTell") && excepts(each, rule.id, exceptedAs),
    );
  const [anyRule] = pack.rules;
  return pack.exceptions
    .filter((each) => !met(each))
    .flatMap((each) => {
      const rule = pack.rules.find(({ id }) => id === each.rule) ?? anyRule;
      return rule === undefined
        ? []
        : [
            {
              ...{ rule, outcome: "mandatory" as const, urn: "", exceptedAs: each.resource },
              message: unusedText(each),
            },
          ];
    });
}
