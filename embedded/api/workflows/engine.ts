import { z } from "zod";
import { engineName, engineVersion } from "../../runtime/workflows/engine-version.ts";
import type { Stored } from "../../state.ts";
import type { World } from "../../world.ts";
import { ApiError } from "../http/service.ts";
import { storedWorkflow } from "./model.ts";

const nameOf = (world: World, { account, name }: Stored) =>
  engineName({ account, accountName: world.state.get("", "account", account)?.name ?? account }, name);

/** Starts the Workflow's cell, or another one in its place after a change: instances go on in it. */
export async function startEngine(world: World, workflow: Stored): Promise<void> {
  const { uuid, versionId, createdOn, sent } = storedWorkflow.parse(workflow.body);
  const version = engineVersion({
    name: workflow.name,
    uuid,
    versionId,
    createdOn,
    script: sent.script_name,
    className: sent.class_name,
    stepLimit: sent.limits?.steps ?? undefined,
  });
  await world.compute.deploy(nameOf(world, workflow), [{ version, percentage: 100 }], { lazily: true });
}

/** Ends it, and removes every instance. */
export const removeEngine = (world: World, workflow: Stored): Promise<void> =>
  world.compute.remove(nameOf(world, workflow), { deleteObjects: true });

/** Starts again what ran when the process last did. One that fails is logged and does not keep the others. */
export async function restoreWorkflows(world: World, log: (line: string) => void): Promise<void> {
  await Promise.all(
    world.state
      .everywhere("workflow")
      .map((workflow) =>
        startEngine(world, workflow).catch((error: unknown) =>
          log(`could not start Workflow ${workflow.name}: ${String(error)}`),
        ),
      ),
  );
}

const answer = z.union([z.object({ result: z.unknown() }), z.object({ error: z.string() })]);

/** Asks the Workflow's cell. Throws Cloudflare's refusal for an instance that is not there, or is there already. */
export async function askEngine(
  world: World,
  workflow: Stored,
  question: { readonly method: string; readonly id?: string; readonly args?: unknown },
): Promise<unknown> {
  const said = answer.parse(await world.compute.ask(nameOf(world, workflow), question));
  if (!("error" in said)) return said.result;
  if (said.error.includes("instance.not_found"))
    throw new ApiError(404, 10400, "workflow.instance_not_found");
  if (said.error.includes("instance.already_exists"))
    throw new ApiError(409, 10405, "instance.already_exists: there is an instance of this id");
  throw new ApiError(400, 10001, said.error);
}
