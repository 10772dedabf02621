import type { Pack } from "./pack-options.ts";
import { type Finding, type Inputs, isStackRule, type Rule } from "./rules/rule.ts";
import { propsOf } from "./seen/from-engine.ts";
import { type SeenResource, stackOf } from "./seen/resource.ts";

/** A finding of a rule, with what it does in its stack. */
export interface Judgement {
  readonly rule: Rule;
  /** `cannotTell` stops nothing: it says that the rule has yet to judge. */
  readonly outcome: "mandatory" | "advisory" | "cannotTell";
  readonly urn: string;
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
      .map((finding) => judgement(rule, level, resource.urn, finding));
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
      .map((finding) => judgement(rule, level, finding.urn, finding));
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
  rule: Rule,
  level: "mandatory" | "advisory" | "remediate",
  urn: string,
  finding: Finding,
): Judgement {
  const outcome =
    finding.kind === "cannotTell"
      ? "cannotTell"
      : level === "advisory" || finding.softened === true
        ? "advisory"
        : "mandatory";
  return { rule, outcome, urn, message: finding.message };
}
