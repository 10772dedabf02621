import { z } from "zod";
import { callApi } from "../src/cloudflare/http.ts";
import { physicalName } from "../src/declare/physical-name.ts";
import { loadProject } from "../src/project/load.ts";
import { meantStage, type Project } from "../src/project/project.ts";
import type { Stage } from "../src/project/stage.ts";
import { askWorker } from "./ask-worker.ts";
import type { DeployedStage, DeployOptions } from "./index.ts";
import { type ThrowAway, throwAway } from "./throw-away.ts";

const outputs = z.object({ urls: z.record(z.string(), z.string()) });
const result = z.array(z.object({ results: z.array(z.record(z.string(), z.unknown())) }));
const databases = z.array(z.object({ uuid: z.string(), name: z.string() }));

/** What {@link DeployedStage} is of, with the copy that it lies in: for tests that type commands there. */
export async function deployCopy({
  root = process.cwd(),
  stage: name,
  secrets = {},
}: DeployOptions): Promise<{ readonly dev: DeployedStage; readonly copy: ThrowAway }> {
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
    const dev: DeployedStage = {
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
    return { dev, copy };
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
