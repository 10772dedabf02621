import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { type NamingStage, textStage } from "../physical-name.ts";
import type { ReleasePlan } from "../release.ts";
import type { System } from "../system.ts";
import { checkGate } from "./gates/gate.ts";
import { checkScore } from "./gates/score.ts";
import { seconds, wrong } from "./gates/wrong.ts";
import { checkFreezes } from "./release/freezes.ts";
import { checkHooks } from "./release/hooks.ts";
import { checkRequests } from "./release/requests.ts";

/**
 * What is wrong with a system's release plan, in a stage.
 * @param stages the names of the project's stages
 */
export function checkRelease(
  system: System,
  stage: Pick<NamingStage, "name" | "like">,
  stages: readonly string[],
): Diagnostic[] {
  const { release } = system;
  if (release === undefined) return [];
  const where = `${system.name}, release`;
  return [
    ...checkSteps(release, where),
    ...(release.gates ?? []).flatMap((gate) =>
      checkGate(gate, { system, plan: release, stage: textStage(stage) }),
    ),
    ...checkScore(release, where),
    ...twice((release.gates ?? []).map(({ name }) => name)).map((name) =>
      wrong("Two gates have the same name", where, name, "each name once", "give one of them a name: name"),
    ),
    ...seconds(where, {
      intervalSeconds: [release.intervalSeconds, 1],
      ingestionSeconds: [release.ingestionSeconds, 0],
      patienceSeconds: [release.patienceSeconds, 0],
    }),
    ...checkApprovals(release, where),
    ...checkHooks(release.hooks ?? [], where),
    ...checkRequests(system, release, where),
    ...checkFreezes(release.freezes ?? [], where, stages),
    ...(release.versionKey?.trim() === ""
      ? [
          wrong(
            "A version key that is set nowhere",
            `${where}, versionKey`,
            '""',
            "where the header is set",
            'such as versionKey: "a transform rule of example.com, from the cookie sid"',
          ),
        ]
      : []),
  ];
}

function checkSteps({ steps }: ReleasePlan, where: string): Diagnostic[] {
  const percents = steps.map(({ percent }) => percent);
  const areRising = percents.every((percent, at) => percent > (percents[at - 1] ?? 0) && percent <= 100);
  const areWhole = percents.every((percent) => Number.isInteger(percent));
  return [
    ...(areRising && areWhole && percents.at(-1) === 100
      ? []
      : [
          wrong(
            "The steps of a release are not a way to 100 %",
            `${where}, steps`,
            percents.length === 0 ? "no steps" : percents.map((percent) => `${percent} %`).join(", "),
            "whole percentages that rise, each of 1 to 100, the last one 100",
            "steps: [{ percent: 10, soakSeconds: 1800 }, { percent: 50, soakSeconds: 3600 }, { percent: 100, soakSeconds: 3600 }]",
          ),
        ]),
    ...steps.flatMap(({ percent, soakSeconds }) =>
      seconds(`${where}, step of ${percent} %`, { soakSeconds: [soakSeconds, 0] }),
    ),
  ];
}

/** A name that can be typed: what is said to `--approve`. */
function checkApprovals({ steps }: ReleasePlan, where: string): Diagnostic[] {
  const names = steps.flatMap(({ approval }) => (approval === undefined ? [] : [approval]));
  return [
    ...names
      .filter((name) => !/^[a-z0-9][a-z0-9-]*$/.test(name))
      .map((name) =>
        wrong(
          "A name of a manual gate that cannot be typed",
          `${where}, steps, approval`,
          JSON.stringify(name),
          "lower-case letters, digits and hyphens",
          'such as approval: "support-agrees"',
        ),
      ),
    ...twice(names).map((name) =>
      wrong(
        "Two manual gates have the same name",
        `${where}, steps, approval`,
        name,
        "each name once: who approves of one has not looked at the other",
        "give one of them another name",
      ),
    ),
  ];
}

const twice = (names: readonly string[]): readonly string[] => [
  ...new Set(names.filter((name, at) => names.indexOf(name) !== at)),
];
