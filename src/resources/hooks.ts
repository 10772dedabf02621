import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { digestOfContentFile, type Positions, positionsOf } from "../bundle/positions.ts";
import { type Connection, connection } from "../cloudflare/connection.ts";
import { placeOfRun } from "../cloudflare/place-of-run.ts";
import { workersOf } from "../declare/graph.ts";
import type { System, Worker } from "../declare/index.ts";
import { command, sentence } from "../diagnostic/sentence.ts";
import { type Diagnostic, refusingAt, render, UserError } from "../diagnostic/user-error.ts";
import { unwrapped } from "../engine/property-values.ts";
import type { Stage } from "../project/stage.ts";
import { advice } from "./advice.ts";

/** Says what to do when Cloudflare refuses an operation. Nothing is tried again: that is the provider's business. */
export const adviceOnError = (stage: Stage, root: string): pulumi.ErrorHook =>
  new pulumi.ErrorHook("advice", async ({ type, name, failedOperation, errors, newInputs }) => {
    const positions = await positionsIn(newInputs ?? {}, root);
    const error = positions(errors[0] ?? "");
    const diagnostic = advice({
      type,
      name,
      operation: failedOperation,
      error,
      stage,
      inputs: newInputs ?? {},
    });
    if (diagnostic !== undefined) await pulumi.log.error(render(diagnostic, placeOfRun(stage.name, root)));
    return false;
  });

const uploadInputs = z.object({ modules: z.array(z.looseObject({ contentFile: z.string() })) });

/** Places in the sources for places in the bundle that is uploaded; for anything else the text as it is. */
async function positionsIn(newInputs: Readonly<Record<string, unknown>>, root: string): Promise<Positions> {
  const upload = uploadInputs.safeParse(await plain(newInputs));
  const digest = upload.data?.modules.flatMap(({ contentFile }) => digestOfContentFile(contentFile) ?? [])[0];
  return digest === undefined ? (text) => text : positionsOf(digest, root);
}

const versionInputs = z.object({
  accountId: z.string(),
  bindings: z.array(z.looseObject({ name: z.string(), databaseId: z.string().optional() })).default([]),
});

/**
 * Refuses a version whose databases lack migrations that its code was written with. In a whole `up` they have run before it;
 * `pulumi up --target` leaves them out.
 */
export const migrationsBeforeCode = (
  systems: readonly System[],
  stage: Stage,
  root: string,
): pulumi.ResourceHook =>
  new pulumi.ResourceHook("migrations-before-code", ({ name, newInputs }) =>
    refusingAt(placeOfRun(stage.name, root), async () => {
      const worker = systems
        .flatMap((system) => workersOf(system).map((each) => ({ each, name: `${system.name}/${each.name}` })))
        .find((found) => found.name === name)?.each;
      if (worker === undefined) return;
      const { accountId, bindings } = versionInputs.parse(await plain(newInputs ?? {}));
      const api = connection(process.env, root);
      for (const { database, name: binding } of databasesOf(worker)) {
        const databaseId = bindings.find((each) => each.name === binding)?.databaseId;
        if (databaseId === undefined || database.migrations === undefined) continue;
        const missing = await missingFiles(api, accountId, databaseId, `${root}/${database.migrations}`);
        if (missing.length > 0) throw new UserError(behind(name, database.name, missing, stage));
      }
    }),
  );

/** Bindings are secret as a whole, so a hook receives them wrapped, as an output or as it came over the wire. */
export async function plain(inputs: Readonly<Record<string, unknown>>): Promise<unknown> {
  const all = pulumi.all(inputs);
  // In the preview of something new, ids are not known, and what waits for one waits for ever.
  if ("isKnown" in all && (await all.isKnown) === false) return {};
  return unwrapped(await new Promise((resolve) => all.apply(resolve)));
}

/** The D1 databases that a worker binds, by the binding. */
export const databasesOf = (worker: Worker) =>
  Object.entries(worker.env).flatMap(([name, binding]) =>
    typeof binding !== "string" && binding.kind === "d1" ? [{ name, database: binding }] : [],
  );

/** Expand files that the database's ledger does not have. */
async function missingFiles(
  api: Connection,
  accountId: string,
  databaseId: string,
  folder: string,
): Promise<readonly string[]> {
  const endpoint = { baseUrl: api.baseUrl, token: api.token, accountId, databaseId };
  // Loaded when a version is created, not at every start of the program.
  const { queryDatabase } = await import("../migrations/database/transports.ts");
  const { readFolder } = await import("../migrations/files/reading.ts");
  const { readSnapshot } = await import("../migrations/database/snapshot.ts");
  const { ledger } = await readSnapshot(queryDatabase(endpoint, databaseId));
  return readFolder(folder)
    .filter((file) => file.phase === "expand" && !ledger.includes(file.name))
    .map((file) => file.name);
}

const behind = (name: string, database: string, missing: readonly string[], stage: Stage): Diagnostic => ({
  what: `The code of ${name} is ahead of its database`,
  where: `${database} in ${stage.name}`,
  got: `${missing.join(", ")} not applied yet`,
  expected: "every expand migration applied before the code that was written with it",
  fix: sentence`bring the whole stage up, it migrates first: ${command("up")}`,
});
