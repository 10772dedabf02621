import { z } from "zod";
import { connection } from "../../../src/cloudflare/connection.ts";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { type Known, knownIn, labelParts } from "../../../src/reality/known.ts";
import { lostOf } from "../../../src/reality/lost.ts";
import { readNamespaces } from "../../../src/reality/objects.ts";
import { stageTarget } from "../account.ts";
import { actor } from "../actor.ts";
import { pulumi, type Run } from "../engine/pulumi.ts";
import { configOf, setConfig } from "../stage-config.ts";
import { stateOf } from "../state.ts";

const remembered = z.object({
  stores: z.record(z.string(), z.object({ id: z.string(), born: z.string().optional() })).default({}),
  objects: z.record(z.string(), z.string()).default({}),
});

/**
 * Gives up what is gone from the account: writes who did it and why into the stack's configuration, and lets the engine look, so that the
 * next `up` makes an empty one. What is still there is not given up.
 */
export async function forget(
  stage: Stage,
  resource: string,
  reason: string | undefined,
  run: Run,
): Promise<number> {
  if (reason === undefined || reason.trim() === "") throw withoutReason(resource);
  const lost = await lostNamed(stage, resource, run);
  if (lost.length === 0) throw notLost(stage, resource);
  const by = actor();
  const at = new Date().toISOString();
  const before = (await configOf(stage, run))("lockstep:forgotten") ?? {};
  const values = {
    "lockstep:forgotten": {
      ...z.record(z.string(), z.unknown()).parse(before),
      ...Object.fromEntries(
        lost.map(({ label, id, born }) => [
          label,
          { id, ...(born !== undefined && { born }), reason, by, at },
        ]),
      ),
    },
  };
  await setConfig(stage, values, run);
  const code = await pulumi(["refresh", "--yes", "--skip-preview", "--stack", stage.name], run);
  if (code === 0)
    for (const { label, id } of lost)
      process.stdout.write(
        `${label} (${id}) is given up, by ${by}: ${reason}. The stack's configuration keeps that (lockstep:forgotten). The next up makes an empty one.\n`,
      );
  return code;
}

const withoutReason = (resource: string): UserError =>
  new UserError({
    what: "Giving a store up needs a reason",
    where: "the command line",
    got: "no --reason",
    expected: "why what it held may be gone, for those who ask later",
    fix: sentence`${command("forget", { resource, reason: "why" })}`,
  });

interface Given extends Known {
  readonly label: string;
}

/** Of what the stack remembers under this name, what the account has no more. */
async function lostNamed(stage: Stage, resource: string, run: Run): Promise<readonly Given[]> {
  const state = (await stateOf(stage, run)) ?? [];
  const target = state.find(({ type }) => type === "pulumi-nodejs:dynamic/lockstep:Target");
  const memory = remembered.parse(target?.inputs ?? {});
  const asked = {
    api: connection(run.env, run.root),
    accountId: stageTarget(stage, run.env, run.root).accountId,
  };
  const named = (labels: Readonly<Record<string, Known>>): Record<string, Known> =>
    Object.fromEntries(Object.entries(labels).filter(([label]) => labelParts(label)?.resource === resource));
  const stores = await lostOf(asked, named({ ...knownIn(state), ...memory.stores }));
  const objects = Object.entries(memory.objects).filter(
    ([label]) => label === resource || label.startsWith(`${resource}/`),
  );
  const there = objects.length === 0 ? [] : (await readNamespaces(asked)).map(({ id }) => id);
  return [
    ...stores,
    ...objects.flatMap(([label, id]) =>
      there.includes(id) ? [] : [{ label: `objects ${label}`, id, born: undefined }],
    ),
  ];
}

const notLost = (stage: Stage, resource: string): UserError =>
  new UserError({
    what: `Nothing of ${resource} is gone from stage ${stage.name}, so there is nothing to give up`,
    where: `the account of ${stage.name}`,
    got: `all that the stack remembers of ${resource} is there`,
    expected: "a store, or a worker with Durable Objects, that was deleted by hand",
    fix: sentence`${command("drift")} says what is otherwise; to take a store down that is there, take it out of its system`,
  });
