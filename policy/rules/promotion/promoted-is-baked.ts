import { types } from "../../seen/types.ts";
import { at, isProps, knownText, numberAt, textAt, unknown } from "../../seen/values.ts";
import { cannotTell, type Finding, type ResourceRule } from "../rule.ts";

/** A stage that declares what it is promoted from gets nothing else. The program verifies the record, this judges it. */
export const promotedIsBaked: ResourceRule = {
  id: "promoted-is-baked",
  title:
    "What is deployed to a stage has served, to the byte, in the stage that it is promoted from, for that stage's bake time.",
  why: "What is built anew for prod, or was looked at for a minute, is tried by people first.",
  remediation:
    "Deploy it to the stage before, wait, then `lockstep promote <from> <stage>`. In an emergency except the system, as `<system>/artefact`. Only where a stage says `promotesFrom`; a preview, which changes nothing, is warned.",
  severity: "high",
  levels: { protected: "mandatory", others: "mandatory" },
  needsProject: true,
  warns: true,
  of: [types.target],
  check(target, { stack, now, preview, rollback }) {
    const promotion = at(target.props, "promotion");
    if (promotion === undefined) return [];
    // In a rollback it is what the last up left; one that would leave another is none.
    if (rollback && at(promotion, "rollback") !== true) return [];
    const systems = at(promotion, "systems");
    if (!isProps(systems)) return systems === unknown ? [cannotTell(target, "what is deployed")] : [];
    const from = knownText(at(promotion, "from")) ?? "";
    const doubt = knownText(at(promotion, "doubt"));
    const bakeSeconds = numberAt(promotion, "bakeSeconds");
    return Object.entries(systems).flatMap(([name, system]): readonly Finding[] => {
      const wrong = wrongWith(system, from, typeof bakeSeconds === "number" ? bakeSeconds : 0, now);
      if (wrong === unknown) return [cannotTell(target, `what is deployed of ${name}`)];
      if (wrong === undefined) return [];
      const why =
        doubt === undefined ? wrong : `what ${from} was recorded to serve is not believed: ${doubt}`;
      const message = `${name}: ${why}. Nothing else is deployed to ${stack} than what ${from} has served: lockstep promote ${from} ${stack}.`;
      return [
        {
          ...{ kind: "violation", message, exceptedAs: `${name}/artefact` },
          ...(preview && { softened: true }),
        },
      ];
    });
  },
};

function wrongWith(
  system: Parameters<typeof at>[0],
  from: string,
  bakeSeconds: number,
  now: string,
): string | typeof unknown | undefined {
  const built = textAt(system, "built");
  const served = textAt(system, "served", "digest");
  const since = textAt(system, "served", "servedAt");
  if (built === unknown || served === unknown || since === unknown) return unknown;
  if (served === undefined || since === undefined) return `nothing was promoted from ${from}`;
  if (built !== served)
    return `what is deployed (${built}) is not what ${from} served when it was promoted (${served})`;
  const ripeMs = Date.parse(since) + bakeSeconds * 1000;
  if (Number.isNaN(ripeMs))
    return `${from} was recorded to serve it since ${JSON.stringify(since)}, which is no time`;
  return ripeMs <= Date.parse(now)
    ? undefined
    : `${from} serves it since ${since}, and has to for ${bakeSeconds} s, until ${new Date(ripeMs).toISOString()}`;
}
