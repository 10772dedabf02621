import { z } from "zod";
import { callsOf } from "../../src/diagnostic/place.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { configValues } from "../../toolchain/stacks/stack-config.ts";
import { environmentFor } from "../stack/engine/environment.ts";
import type { TargetName } from "../stack/request.ts";
import { stackFileOf } from "../stack/stack-file.ts";
import {
  type Failed,
  type Preview,
  type Reading,
  readDatabases,
  readFindings,
  readGraphs,
  readPolicy,
  readPreview,
} from "./answers.ts";
import { ask } from "./ask.ts";
import { type ReportInput, reportInput, type StageReport, type Stakes } from "./input.ts";
import { clipped } from "./markdown.ts";
import { branchOf, rivalsOf } from "./rivals.ts";
import { stakesOf } from "./stakes.ts";

/** What is asked for a report, and what is told while it is. */
export interface Asked {
  readonly project: Project;
  readonly root: string;
  readonly target: TargetName;
  readonly say: (line: string) => void;
}

/** Asks the verbs of this command what would become of each stage, one after the other, and git for the other branches. */
export async function collect({ project, root, target, say }: Asked): Promise<ReportInput> {
  const timing: ReportInput["timing"][number][] = [];
  const common: Failures = [];
  const of =
    (failures: Failures, stage?: Stage) =>
    async <Value>(words: readonly string[], read: Reading<Value>, empty: Value): Promise<Value> => {
      const verb = words.join(" ");
      say(stage === undefined ? verb : `${verb}: ${stage.name}`);
      const aimed =
        stage === undefined
          ? []
          : [stage.name, ...(target === "cloudflare" && verb !== "policy" ? ["--target", target] : [])];
      const answer = await ask([...words, ...aimed, "--json"], root);
      timing.push({ verb, ...(stage !== undefined && { stage: stage.name }), seconds: answer.seconds });
      const failed = (said: string): Value => {
        failures.push({ verb, said: clipped(said, 4_000) });
        return empty;
      };
      try {
        const found = read(JSON.parse(answer.out), answer.code);
        return isFailed(found) ? failed(found.failed) : found;
      } catch {
        return failed(answer.err.trim() || answer.out.trim() || `exit code ${answer.code}`);
      }
    };
  const findings = await of(common)(["validate"], readFindings, []);
  const graphs = await of(common)(["diagram"], (json) => readGraphs(json, reportInput.shape.graphs), []);
  const stages: StageReport[] = [];
  for (const stage of project.stages) {
    const failures: Failures = [];
    const asking = of(failures, stage);
    const policy = await asking(["policy"], readPolicy, []);
    const preview = await asking<Preview>(["preview"], readPreview, {
      isUp: false,
      changes: [],
      messages: [],
      digest: {},
    });
    const isListed = listedIn(stage, target, root);
    const databases = (await asking(["db", "plan"], readDatabases, [])).filter(({ name }) => isListed(name));
    const stakes = await stakesIn({ project, root, target, say }, stage, preview, failures, timing);
    stages.push({
      name: stage.name,
      protected: stage.protected,
      isUp: preview.isUp,
      changes: [...preview.changes],
      messages: [...preview.messages],
      databases,
      ...(stakes !== undefined && { stakes }),
      policy,
      failures,
    });
  }
  return {
    version: 1,
    ...branchOf(root),
    target,
    caller: callsOf(root).caller,
    stages,
    findings,
    failures: common,
    graphs,
    rivals: await rivalsOf(project, root),
    timing,
  };
}

/**
 * What is at stake in a stage, made from the plan that was previewed already. Where nothing is up or nothing changes, nobody is asked. What is
 * not found out is a failure like one of a verb: who reads the report must not take its absence for safety.
 */
async function stakesIn(
  { project, root, target, say }: Asked,
  stage: Stage,
  { isUp, changes, digest }: Preview,
  failures: Failures,
  timing: ReportInput["timing"][number][],
): Promise<Stakes | undefined> {
  if (!isUp || changes.length === 0) return undefined;
  const verb = "blast radius";
  say(`${verb}: ${stage.name}`);
  const began = performance.now();
  try {
    const { review } = await import("../review/blast-radius/review.ts");
    const env = await environmentFor(target, stage, root);
    return stakesOf(await review({ stage, target, run: { root, env }, project, plan: digest }));
  } catch (error) {
    failures.push({ verb, said: clipped(error instanceof Error ? error.message : String(error), 4_000) });
    return undefined;
  } finally {
    timing.push({ verb, stage: stage.name, seconds: Math.round(performance.now() - began) / 1_000 });
  }
}

const systems = z.array(z.string()).optional().catch(undefined);

/** Whether a stage deploys the system of a database: `db plan` tells of all that are declared, and an `up` makes those that the stack lists. */
function listedIn(stage: Stage, target: TargetName, root: string): (database: string) => boolean {
  const files = [stackFileOf(stage, target, root), stackFileOf(stage, "cloudflare", root)];
  const values = files.map((file) => systems.parse(configValues(file)["lockstep:systems"]));
  const listed = values.find((each) => each !== undefined);
  return (database) => listed === undefined || listed.includes(database.split("/")[0] ?? "");
}

const isFailed = (found: unknown): found is Failed =>
  typeof found === "object" && found !== null && "failed" in found;

type Failures = ReportInput["failures"][number][];
