import { z } from "zod";
import { approval, isOfChange } from "../../src/approvals/approval.ts";
import { unapprovedFiles } from "../../src/approvals/migration-files.ts";
import { readServing } from "../../src/cloudflare/deployments.ts";
import { bindersOf } from "../../src/declare/graph.ts";
import { physicalName, textStage } from "../../src/declare/physical-name.ts";
import { command, lines, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import { type Diagnostic, refuse, UserError } from "../../src/diagnostic/user-error.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { type Job, planLive } from "../../src/migrations/plan/job.ts";
import {
  eligibility,
  missingRelease,
  type Opening,
  openedTogether,
} from "../../src/migrations/plan/opening.ts";
import type { Plan } from "../../src/migrations/plan/plan.ts";
import { olderVersions } from "../../src/release/metrics/older-versions.ts";
import { environmentFor } from "../stack/engine/environment.ts";
import { pulumiText } from "../stack/engine/pulumi.ts";
import { configOf } from "../stack/stage-config.ts";
import type { Command, Given } from "./command.ts";
import { chosen, type DeclaredDatabase } from "./databases.ts";
import { placeOf, placeOptions } from "./place.ts";
import { existing, jobOf, missingLine, type Site, siteOf } from "./site.ts";

type Result =
  | { readonly database: string; readonly kind: "nothing" }
  | {
      readonly database: string;
      readonly kind: "opened";
      readonly opening: Opening;
      /** What the next up refuses, as long as nobody has approved of it. */
      readonly toApprove: readonly Diagnostic[];
    }
  | {
      readonly database: string;
      readonly kind: "waiting";
      readonly file: string;
      readonly reasons: readonly string[];
      readonly eligibleFrom: string | undefined;
      /** Only that nothing older runs is missing. */
      readonly unproven: boolean;
    };

/** `contract`: open what waits, once old code is gone. It only writes data; the next up runs the files. */
export const contract: Command = {
  name: "contract",
  usage: "contract [<stage>] [<database>] [--unmeasured <why>]",
  summary:
    "open waiting contract files when every worker has served one version for the bake time, and no older one ran",
  options: { ...placeOptions, unmeasured: { type: "string" } },
  async run(given) {
    const place = placeOf(given, 1);
    const selection = chosen(given.project, place.words[0], textStage(place.stage));
    const unmeasured = given.text("unmeasured");
    if (unmeasured?.trim() === "") throw withoutReason();
    const site = await siteOf(place, given);
    const results: Result[] = [];
    const { there, missing } = await existing(site, selection);
    for (const database of there) results.push(await open(given, site, database, unmeasured));
    const text = results.map((result) => asText(site, result)).filter((line) => line !== "");
    const next = results.some(({ kind }) => kind === "opened")
      ? [sentence`\nThe next up runs them: ${command("up")}`]
      : [];
    return {
      value: results,
      text: lines([
        ...(text.length === 0 ? ["no contract file is waiting"] : [...text, ...next]),
        ...missingLine(site, missing),
      ]),
      ok: results.every(({ kind }) => kind !== "waiting"),
    };
  },
};

async function open(
  given: Given,
  site: Site,
  database: DeclaredDatabase,
  unmeasured: string | undefined,
): Promise<Result> {
  const job = await jobOf(site, database, given.root);
  const plan = await planLive(job);
  refuse(plan.refusals);
  const files = openedTogether(plan.waiting.map(({ file }) => file));
  const last = files.at(-1)?.name;
  if (last === undefined) return { database: database.key, kind: "nothing" };
  if (plan.expand.length > 0)
    throw new UserError({
      what: "Files that come before the contract are not applied yet",
      where: database.key,
      got: plan.expand.map(({ file }) => file.name).join(", "),
      expected: "nothing pending but contract files",
      fix: sentence`${command("up")}, then open the contract`,
    });
  const workers = bindersOf(database.system, database.declared).map((worker) =>
    physicalName(worker, site.stage),
  );
  const bakeSeconds = site.target === "embedded" ? 0 : site.stage.bakeSeconds;
  const serving = await readServing(site.connection, site.accountId, workers);
  const missing = missingRelease(files[0], plan.last, serving);
  const found = eligibility(serving, bakeSeconds, Date.now(), missing);
  const older =
    found.kind === "waiting" || unmeasured !== undefined
      ? []
      : await stillRunning(site, found.versions, bakeSeconds);
  if (found.kind === "waiting" || older.length > 0)
    return {
      database: database.key,
      kind: "waiting",
      file: last,
      reasons: found.kind === "waiting" ? found.reasons : older,
      eligibleFrom:
        found.kind !== "waiting" || found.fromMs === undefined
          ? undefined
          : new Date(found.fromMs).toISOString(),
      unproven: found.kind !== "waiting",
    };
  const opening: Opening = {
    through: last,
    openedAt: new Date().toISOString(),
    versions: { ...found.versions },
    files: Object.fromEntries(files.map((file) => [file.name, file.checksum])),
    ...(unmeasured !== undefined && { unmeasured }),
  };
  await write(given, site, database.key, opening);
  return {
    database: database.key,
    kind: "opened",
    opening,
    toApprove: await toApprove(given, site, job, {
      ...plan,
      contract: plan.waiting.filter(({ file }) => files.includes(file)),
    }),
  };
}

/** What the metrics say against it: an object, a workflow or a long request keeps a version at work that no deployment names any more. */
async function stillRunning(
  { connection, accountId }: Site,
  versions: Readonly<Record<string, string>>,
  bakeSeconds: number,
): Promise<readonly string[]> {
  // Without a bake time nothing is asked to have passed.
  if (bakeSeconds === 0) return [];
  const toMs = Date.now();
  const found = await Promise.all(
    Object.entries(versions).map(([script, version]) =>
      olderVersions(connection, accountId, { script, version, fromMs: toMs - bakeSeconds * 1000, toMs }),
    ),
  );
  return found.flatMap((reason) => reason ?? []);
}

const withoutReason = (): UserError =>
  new UserError({
    what: "--unmeasured needs a reason; nothing was opened",
    where: "--unmeasured",
    got: "nothing",
    expected: "why it is known that no older version runs, for whoever reads the stack file",
    fix: '--unmeasured "runs once a week, and its last run was the new version\'s"',
  });

/** Open is not approved of: that the code is ready says nothing of the rows. @param plan with what was opened as its contract */
async function toApprove(given: Given, site: Site, job: Job, plan: Plan): Promise<readonly Diagnostic[]> {
  if (!site.stage.protected) return [];
  const env = await environmentFor(site.target, site.stage, given.root);
  const config = await configOf(site.stage, { root: given.root, env });
  const known = z.array(approval).safeParse(config("lockstep:approvals") ?? []);
  const approvals = (known.success ? known.data : []).filter(isOfChange);
  const step = { stage: site.stage.name, label: job.label, phase: "contract" as const, approvals };
  return unapprovedFiles(step, plan, readFolder(job.directory));
}

/** Into the stack's active configuration, by pulumi itself: it knows which file that is. */
async function write({ root }: Given, site: Site, key: string, opening: Opening): Promise<void> {
  const path = `lockstep:contracts["${key}"]`;
  const values: readonly (readonly [string, string])[] = [
    [`${path}.through`, opening.through],
    [`${path}.openedAt`, opening.openedAt],
    ...Object.entries(opening.versions).map(
      ([worker, version]) => [`${path}.versions["${worker}"]`, version] as const,
    ),
    ...(opening.unmeasured === undefined ? [] : [[`${path}.unmeasured`, opening.unmeasured] as const]),
    ...Object.entries(opening.files ?? {}).map(
      ([file, checksum]) => [`${path}.files["${file}"]`, checksum] as const,
    ),
  ];
  const args = values.flatMap(([name, value]) => ["--plaintext", `${name}=${value}`]);
  const env = await environmentFor(site.target, site.stage, root);
  await pulumiText(["config", "set-all", "--stack", site.stage.name, "--path", ...args], { root, env });
}

type Waits = Pick<Extract<Result, { kind: "waiting" }>, "eligibleFrom" | "unproven">;

/** What a person does about a file that waits. */
function remedy(site: Site, { eligibleFrom, unproven }: Waits): Sentence {
  if (unproven)
    return sentence`repeat it once they have: ${command("db contract", { stage: site.stage.name })}; where you know it from elsewhere: ${command("db contract", { stage: site.stage.name, unmeasured: "<why>" })}`;
  const again = command("db contract", { stage: site.stage.name });
  return eligibleFrom === undefined
    ? sentence`finish the rollout (100 %, or back to 0 %), or release the code that goes before it, with: ${command("up")}; then repeat: ${again}`
    : sentence`repeat it then: ${again}`;
}

function asText(site: Site, result: Result): Sentence {
  switch (result.kind) {
    case "nothing":
      return "";
    case "opened":
      return lines([
        `${result.database}: open through ${result.opening.through}`,
        ...result.toApprove.map(({ what, fix }) => sentence`  ${what}; before the next up, ${fix}`),
      ]);
    case "waiting":
      return lines([
        `${result.database}: ${result.file} is waiting, ${result.eligibleFrom === undefined ? "not eligible yet" : `eligible from ${result.eligibleFrom}`}`,
        ...result.reasons.map((reason) => `  ${reason}`),
        sentence`  fix: ${remedy(site, result)}`,
      ]);
    default:
      return result satisfies never;
  }
}
