import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Connection } from "../../src/cloudflare/connection.ts";
import { exchange } from "../../src/cloudflare/exchange.ts";
import { callApi, type Method, type Outcome } from "../../src/cloudflare/http.ts";
import { addressOf } from "../../src/cloudflare/workers-dev.ts";

/** The account that a probe asks: an embedded one, or a real one. */
export interface ProbedAccount {
  readonly id: string;
  readonly connection: Connection;
}

/** All that a probe makes is called so, and removed again: whatever is left behind by a killed one may be deleted. */
const scratchName = (): string => `lockstep-probe-${randomBytes(4).toString("hex")}`;

/** One call below the account: `path` begins with `/d1` or `/workers`. */
export const ask = (
  { connection, id }: ProbedAccount,
  method: Method,
  path: string,
  body?: object,
): Promise<Outcome<unknown>> => callApi(connection, method, `/accounts/${id}${path}`, body);

/** A call that has to be done for the probe to go on; gives its result, or throws with what was said instead. */
export async function done<Shape extends z.ZodType>(
  shape: Shape,
  account: ProbedAccount,
  method: Method,
  path: string,
  body?: object,
): Promise<z.infer<Shape>> {
  const outcome = await ask(account, method, path, body);
  if (outcome.kind !== "done")
    throw new Error(`the probe cannot go on: ${method} ${path}: ${outcome.message}`);
  return shape.parse(outcome.value);
}

/** Lends a database, by its id. */
export async function withDatabase<Result>(
  account: ProbedAccount,
  use: (databaseId: string) => Promise<Result>,
): Promise<Result> {
  const made = await done(z.looseObject({ uuid: z.string() }), account, "POST", "/d1/database", {
    name: scratchName(),
  });
  try {
    return await use(made.uuid);
  } finally {
    await done(z.unknown(), account, "DELETE", `/d1/database/${made.uuid}`);
  }
}

/** Lends a Worker that exists and was never deployed, by its name. */
export async function withWorker<Result>(
  account: ProbedAccount,
  use: (name: string) => Promise<Result>,
): Promise<Result> {
  const name = scratchName();
  await done(z.unknown(), account, "POST", "/workers/workers", { name });
  try {
    return await use(name);
  } finally {
    await done(z.unknown(), account, "DELETE", `/workers/workers/${name}`);
  }
}

const code = 'export default { fetch: () => new Response("probed") };';

/** Asks for a version of a Worker with these bindings; it is not deployed. */
export const askForVersion = (
  account: ProbedAccount,
  worker: string,
  bindings: readonly object[],
): Promise<Outcome<unknown>> =>
  ask(account, "POST", `/workers/workers/${worker}/versions`, {
    main_module: "index.js",
    compatibility_date: "2026-01-01",
    modules: [
      {
        name: "index.js",
        content_type: "application/javascript+module",
        content_base64: Buffer.from(code).toString("base64"),
      },
    ],
    bindings,
  });

const versionShape = z.looseObject({ id: z.string() });

/** Makes a version with these bindings and lets it answer all requests; gives its id. */
export async function deploy(
  account: ProbedAccount,
  worker: string,
  bindings: readonly object[] = [],
): Promise<string> {
  const outcome = await askForVersion(account, worker, bindings);
  if (outcome.kind !== "done") throw new Error(`the probe cannot go on: ${outcome.message}`);
  const { id } = versionShape.parse(outcome.value);
  await done(z.unknown(), account, "POST", `/workers/scripts/${worker}/deployments`, allTo(id));
  return id;
}

/** A deployment that sends all requests to one version. */
export const allTo = (versionId: string): object => ({
  strategy: "percentage",
  versions: [{ version_id: versionId, percentage: 100 }],
});

/** Asks a deployed Worker something over HTTP; gives whether it answered. */
export async function visit({ connection, id }: ProbedAccount, worker: string): Promise<boolean> {
  const answer = await exchange(await addressOf(connection, id, worker), { timeoutMs: 10_000 });
  return answer.kind === "answer" && answer.text === "probed";
}
