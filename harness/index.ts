/** A stage of a project, up on an embedded Cloudflare that is thrown away: for tests that ask what they deployed. */
import { z } from "zod";
import { callApi } from "../src/cloudflare/http.ts";
import { physicalName } from "../src/declare/physical-name.ts";
import { loadProject } from "../src/project/load.ts";
import { meantStage, type Project } from "../src/project/project.ts";
import type { Stage } from "../src/project/stage.ts";
import { askWorker, type WorkerAnswer, type WorkerRequest } from "./ask-worker.ts";
import { throwAway } from "./throw-away.ts";

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

const outputs = z.object({ urls: z.record(z.string(), z.string()) });
const result = z.array(z.object({ results: z.array(z.record(z.string(), z.unknown())) }));
const databases = z.array(z.object({ uuid: z.string(), name: z.string() }));

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
export async function deployStage({
  root = process.cwd(),
  stage: name,
  secrets = {},
}: DeployOptions = {}): Promise<DeployedStage> {
  const project = await loadProject(root);
  const stage = stageNamed(project, name);
  const copy = await throwAway({ root });
  try {
    const pulumi = async (...args: string[]): Promise<string> => {
      const { code, out } = await copy.run("pulumi", [
        ...args,
        "--stack",
        stage.name,
        "--non-interactive",
        "--color=never",
      ]);
      if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${out}`);
      return out;
    };
    const up = (): Promise<string> => pulumi("up", "--yes", "--skip-preview");
    const secret = Object.entries(secrets).map(([key, value]) => `lockstep:secrets["${key}"]=${value}`);
    if (secret.length > 0)
      await pulumi("config", "set-all", "--path", ...secret.flatMap((each) => ["--secret", each]));
    await up();
    const { urls } = outputs.parse(JSON.parse(await pulumi("stack", "output", "--json")));
    const account = copy.embedded.accounts.find((each) => each.name === stage.embeddedAccount)?.id ?? "";
    const api = { baseUrl: copy.embedded.api, token: copy.embedded.token };
    const call = async (method: "GET" | "POST", path: string, body?: object): Promise<unknown> => {
      const outcome = await callApi(api, method, `/accounts/${account}${path}`, body);
      if (outcome.kind === "done") return outcome.value;
      throw new Error(outcome.message);
    };
    return {
      stage,
      urls,
      folder: copy.folder,
      ask: (worker, path, request) => askWorker(urlOf(urls, worker), path, request),
      async query(database, sql, ...params) {
        const wanted = databaseName(project, stage, database);
        const found = databases.parse(await call("GET", `/d1/database?name=${encodeURIComponent(wanted)}`));
        const uuid = found.find((each) => each.name === wanted)?.uuid;
        if (uuid === undefined) throw new Error(`the stage has no database ${wanted}`);
        const [first] = result.parse(await call("POST", `/d1/database/${uuid}/query`, { sql, params }));
        return first?.results ?? [];
      },
      up,
      remove: copy.remove,
    };
  } catch (error) {
    await copy.remove();
    throw error;
  }
}

function stageNamed(project: Project, name: string | undefined): Stage {
  if (name === undefined) return meantStage(project);
  const stage = project.stages.find((each) => each.name === name);
  if (stage !== undefined) return stage;
  throw new Error(
    `the project has no stage ${name}; it has ${project.stages.map((each) => each.name).join(", ")}`,
  );
}

function urlOf(urls: Readonly<Record<string, string>>, worker: string): string {
  const url = urls[worker];
  if (url !== undefined) return url;
  throw new Error(`no worker ${worker} answers; those that do are ${Object.keys(urls).join(", ")}`);
}

function databaseName(project: Project, stage: Stage, name: string): string {
  for (const system of project.systems)
    for (const resource of system.resources)
      if (resource.kind === "d1" && `${system.name}/${resource.name}` === name)
        return physicalName(resource, stage);
  throw new Error(`no system declares a database ${name}`);
}
