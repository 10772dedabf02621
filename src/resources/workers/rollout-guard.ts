import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { ApiError, call } from "../../cloudflare/api.ts";
import { type Connection, connection } from "../../cloudflare/connection.ts";
import { readServing } from "../../cloudflare/deployments.ts";
import { isLive, type Worker } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { pulumiOfStack, type Sentence, sentence } from "../../diagnostic/sentence.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import type { Rollout } from "../../settings/keys.ts";
import { type Context, logicalName } from "../context.ts";

const versionShape = z.object({
  exports: z
    .record(z.string(), z.looseObject({ type: z.string(), storage: z.string().optional() }))
    .nullish(),
});

/** What of the deployment a version is held against. */
type Place = Pick<Context, "stage" | "accountId" | "system">;

const deploymentInputs = z.object({ versions: z.array(z.object({ versionId: z.string() })).min(2) });

/**
 * Refuses a rollout between versions that do not have the same Durable Object classes: Cloudflare makes, renames, deletes and
 * hands over a class's objects when a version serves alone, and the other version would be left without them. The version
 * that the rollout calls stable has to exist. Checked in the preview already.
 */
export const sameClassesInRollout = (
  worker: Worker,
  context: Context,
  { stable }: Rollout,
): pulumi.ResourceHook =>
  new pulumi.ResourceHook(
    `same-classes-in-rollout/${logicalName(context, worker.name)}`,
    async ({ newInputs }) => {
      // Of a version that is yet to be made the id is unknown, and so another one.
      const split = deploymentInputs.safeParse(newInputs);
      if (split.success && split.data.versions.every(({ versionId }) => versionId === stable))
        throw toItself(worker, context, stable);
      await refuseOtherClasses(connection(process.env, process.cwd()), worker, context, stable);
    },
    { onDryRun: true },
  );

/**
 * Refuses a version, beside those that serve, that does not have the classes that are declared: Cloudflare does not go back over a change of
 * them. Throws UserError.
 */
export async function refuseOtherClasses(
  api: Connection,
  worker: Worker,
  place: Place,
  stable: string,
): Promise<void> {
  const script = physicalName(worker, place.stage);
  const serving = await readServing(api, place.accountId, [script]);
  const ids = new Set([stable, ...serving.flatMap(({ versions }) => versions.map(({ id }) => id))]);
  for (const id of ids) {
    const version = await find(api, `/accounts/${place.accountId}/workers/workers/${script}/versions/${id}`);
    if (version === undefined) throw unknownVersion(worker, place, id);
    const [theirs, ours] = [classesOf(version), declaredClasses(worker)];
    if (theirs !== ours) throw otherClasses(worker, place, { id, theirs, ours });
  }
}

/** `Lobby (sqlite), Room (sqlite)`: what has objects. Entries of classes that are gone are given back by no read. */
const classesOf = ({ exports }: z.infer<typeof versionShape>): string =>
  listed(
    Object.entries(exports ?? {}).flatMap(([className, { type, storage }]) =>
      type === "durable-object" ? [`${className} (${storage ?? "sqlite"})`] : [],
    ),
  );

const declaredClasses = (worker: Worker): string =>
  listed(
    Object.entries(worker.durableObjects).flatMap(([className, declared]) =>
      isLive(declared) ? [`${className} (${declared.storage ?? "sqlite"})`] : [],
    ),
  );

const listed = (classes: readonly string[]): string => classes.toSorted().join(", ") || "no classes";

async function find(api: Connection, path: string): Promise<z.infer<typeof versionShape> | undefined> {
  try {
    return versionShape.parse(await call(api, "GET", path));
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

const otherClasses = (
  worker: Worker,
  context: Place,
  { id, theirs, ours }: { readonly id: string; readonly theirs: string; readonly ours: string },
): UserError =>
  new UserError({
    what: "A change of Durable Object classes cannot be part of a rollout",
    where: `lockstep:rollout of ${logicalName(context, worker.name)}`,
    got: `${ours} in the declaration, ${theirs} in version ${id}`,
    expected: "the same classes in every version of a rollout: a change of them ships alone, at 100 %",
    fix: sentence`${endOf(worker, context)}, then up; or declare durableObjects as that version has them until the rollout is over`,
  });

const toItself = (worker: Worker, context: Place, stable: string): UserError =>
  new UserError({
    what: "A rollout from a version to itself",
    where: `lockstep:rollout of ${logicalName(context, worker.name)}`,
    got: `${stable}, which is stable and what the program makes: nothing of the worker has changed`,
    expected: "a new version beside the stable one",
    fix: sentence`change the worker's code or declaration first, or ${endOf(worker, context)}`,
  });

const unknownVersion = (worker: Worker, context: Place, id: string): UserError =>
  new UserError({
    what: "A rollout that calls a version stable which is not there",
    where: `lockstep:rollout of ${logicalName(context, worker.name)}`,
    got: id,
    expected: `the id of a version of ${physicalName(worker, context.stage)}, as the stack's output "versions" has it`,
    fix: sentence`correct stable, or ${endOf(worker, context)}`,
  });

const endOf = (worker: Worker, context: Place): Sentence =>
  sentence`end the rollout: ${pulumiOfStack(`config rm --path 'lockstep:rollout["${logicalName(context, worker.name)}"]'`, context.stage.name)}`;
