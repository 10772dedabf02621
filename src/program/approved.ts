import { join } from "node:path";
import { z } from "zod";
import { type Approval, approval, isException } from "../approvals/approval.ts";
import { type Change, digestOfChange } from "../approvals/change.ts";
import { type JudgedApprovals, judgedApprovals, type Needed } from "../approvals/judged.ts";
import { migrationChanges, undos } from "../approvals/migration.ts";
import { retirements } from "../approvals/retirement.ts";
import type { Phase } from "../migrations/files/directives.ts";
import { lists } from "../migrations/files/file-lines.ts";
import { inOrder } from "../migrations/files/names.ts";
import { readFolder } from "../migrations/files/reading.ts";
import { outputsOf, type StateResource } from "../reality/state.ts";
import type { Settings } from "../settings/settings.ts";
import type { Losses } from "./losses/losses.ts";

/** Approvals of a run, and all that the stack's runs were approved by so far. */
export interface Approved extends JudgedApprovals {
  readonly kept: readonly Approval[];
}

/** Holds the approvals of the stack file against everything that one may be for: a loss, a store that goes, a migration. */
export function approvedOf(
  state: readonly StateResource[],
  settings: Settings,
  losses: Losses,
  root: string,
): Approved {
  const { stage, approvals } = settings;
  const past = approvalsIn(state);
  const going = goingOf(state, settings);
  const migrations = migrationsOf(state, settings, root);
  const judged = judgedApprovals({
    stage: stage.name,
    approvals,
    needed: [
      ...losses.needed,
      ...(stage.protected ? going.map((each) => retiredUnasked(each, stage.name)) : []),
    ],
    doing: [...losses.doing, ...going, ...migrations.doing],
    possible: [...retirements(stage.name, state), ...migrations.possible],
    past: new Set([...past.flatMap(({ digest }) => digest ?? []), ...migrations.done]),
  });
  const inForce = [...judged.used, ...approvals.filter(isException)];
  const earlier = past.filter((each) => !inForce.some((now) => isSame(each, now)));
  return { ...judged, kept: [...earlier, ...inForce] };
}

/** Written by hand, a mark would be found by the engine alone: at the end, when everything else is done. */
const retiredUnasked = (change: Change, stage: string): Needed => ({
  change,
  refusal: {
    what: `${change.resource} is marked as retired, and nobody has approved of giving it away`,
    where: `lockstep:retired of stack ${stage}, and ${change.resource} in the state`,
    got: "a mark without an approval",
    expected: `${change.resource} left as it is`,
    otherwise: "take the mark out of the stack file",
  },
});

const targetType = "pulumi-nodejs:dynamic/lockstep:Target";
const targetShape = z.object({ approved: z.array(approval).default([]) });

/** What earlier runs wrote down. */
function approvalsIn(state: readonly StateResource[]): readonly Approval[] {
  const target = state.find(({ type }) => type === targetType);
  return target === undefined ? [] : targetShape.parse(target.outputs).approved;
}

const isSame = (one: Approval, other: Approval): boolean =>
  one.resource === other.resource && one.digest === other.digest && one.rule === other.rule;

/** What is marked as retired and still there. */
function goingOf(state: readonly StateResource[], { stage, systems, retired }: Settings): readonly Change[] {
  const isListed = (system: string): boolean => systems.some(({ name }) => name === system);
  return retirements(stage.name, state).filter(({ resource }) => {
    const [system = ""] = resource.split("/");
    return retired.includes(resource) || (retired.includes(system) && !isListed(system));
  });
}

interface KnownMigrations {
  readonly doing: readonly Change[];
  readonly possible: readonly Change[];
  /** Digests of those that the state counts as applied. */
  readonly done: readonly string[];
}

const stepType = "pulumi-nodejs:dynamic/lockstep:Migrations";
const stepShape = z.object({ files: z.record(z.string(), z.string()).default({}) });

/** The migrations of every database, as far as the state knows of them: whether one needs an approval, the database is asked later. */
function migrationsOf(
  state: readonly StateResource[],
  { stage, systems, contracts }: Settings,
  root: string,
): KnownMigrations {
  const doing: Change[] = [];
  const possible: Change[] = [];
  const done: string[] = [];
  for (const system of systems)
    for (const declared of system.resources) {
      if (declared.kind !== "d1" || declared.migrations === undefined) continue;
      const label = `${system.name}/${declared.name}`;
      const lines = (phase: Phase): Readonly<Record<string, string>> =>
        stepShape.catch({ files: {} }).parse(outputsOf(state, stepType, `${label}/${phase}`)).files;
      const through = contracts[label]?.through;
      const files = readFolder(join(root, declared.migrations));
      // A rollback may put the database back: what it was approved by stays in the stack file until somebody takes it out.
      possible.push(...undos(stage.name, label, files).map(({ change }) => change));
      for (const { file, change } of migrationChanges(stage.name, label, files)) {
        const isOpen = file.phase === "expand" || (through !== undefined && inOrder(file.name, through) <= 0);
        if (lists(lines(file.phase), file.name)) done.push(digestOfChange(change));
        else (isOpen ? doing : possible).push(change);
      }
    }
  return { doing, possible, done };
}
