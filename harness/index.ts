/** A stage of a project, up on an embedded Cloudflare that is thrown away: for tests that ask what they deployed. */
import type { Stage } from "../src/project/stage.ts";
import type { WorkerAnswer, WorkerRequest } from "./ask-worker.ts";
import { deployCopy } from "./deploy.ts";

export type { WorkerAnswer, WorkerRequest } from "./ask-worker.ts";

/**
 * What {@link deployStage} is to deploy.
 *
 * @example
 * const options: DeployOptions = { stage: "prod", secrets: { API_KEY: "for-tests" } };
 */
export interface DeployOptions {
  /** The project's folder. @default - the folder that the test runs in */
  readonly root?: string;
  /** The stage's name. @default - dev, or else the first stage */
  readonly stage?: string;
  /** Values of the secrets that its workers bind, by name. @default - none */
  readonly secrets?: Readonly<Record<string, string>>;
}

/**
 * A stage that is up.
 *
 * @example
 * const countOf = (dev: DeployedStage) => dev.query("notes/notes", "SELECT count(*) AS n FROM notes");
 */
export interface DeployedStage {
  /** The stage, with every default filled in. */
  readonly stage: Stage;
  /** Where its workers answer, by `<system>/<worker>`. */
  readonly urls: Readonly<Record<string, string>>;
  /** The copy of the project that was deployed: files changed here are deployed by the next `up`. */
  readonly folder: string;
  /** Asks a worker, by `<system>/<worker>`, as a visitor would. */
  readonly ask: (worker: string, path: string, request?: WorkerRequest) => Promise<WorkerAnswer>;
  /** Asks a database, by `<system>/<name>`: the rows of one statement. Throws what D1 refuses. */
  readonly query: (
    database: string,
    sql: string,
    ...params: readonly (string | number | null)[]
  ) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Brings the stage up again. Throws what pulumi printed when it fails; gives it otherwise. */
  readonly up: () => Promise<string>;
  /** Stops the embedded Cloudflare and removes everything. */
  readonly remove: () => Promise<void>;
}

/**
 * Deploys a stage of the project, by the real engine, to an embedded Cloudflare of its own: nothing of the project's folder or of
 * any account is touched. Takes some seconds; the very first run on a machine may have to build the engine, which takes minutes.
 * Throws what pulumi printed when the stage does not come up.
 *
 * @example
 * ```ts
 * import { deployStage, type DeployedStage } from "lockstep/testing";
 * import { afterAll, beforeAll, expect, test } from "vitest";
 *
 * let dev: DeployedStage;
 * beforeAll(async () => {
 *   dev = await deployStage();
 * }, 900_000);
 * afterAll(() => dev.remove());
 *
 * test("the worker answers", async () => {
 *   expect((await dev.ask("notes/notes-api", "/health")).status).toBe(200);
 *   expect(await dev.query("notes/notes", "SELECT count(*) AS n FROM notes")).toEqual([{ n: 0 }]);
 * });
 * ```
 */
export const deployStage = async (options: DeployOptions = {}): Promise<DeployedStage> =>
  (await deployCopy(options)).dev;
