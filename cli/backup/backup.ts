// `lockstep backup <stage>`: one backup of all that a stage stores.
import { setTimeout as sleep } from "node:timers/promises";
import { push } from "../../src/backup/bucket/mirror.ts";
import { objectsThere } from "../../src/backup/bucket/objects.ts";
import { paced } from "../../src/backup/d1/pages/pace.ts";
import { rowsReadLines } from "../../src/backup/d1/rows-read.ts";
import { queueIds } from "../../src/backup/letters/letters.ts";
import { listFile } from "../../src/backup/objects/store.ts";
import { faultText, standingIn } from "../../src/backup/standing.ts";
import { newestHead, newestWith } from "../../src/backup/store/heads.ts";
import { takeBackup } from "../../src/backup/take.ts";
import { readServing } from "../../src/cloudflare/deployments.ts";
import { workersOf } from "../../src/declare/graph.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { type CommandPlace, placeOfTarget } from "../../src/diagnostic/place.ts";
import { command, inPlace, lines, sentence } from "../../src/diagnostic/sentence.ts";
import { refusingAt, UserError } from "../../src/diagnostic/user-error.ts";
import { tool } from "../../src/migrations/apply/tool.ts";
import { type Place, type ProjectPlace, projectAt } from "../place.ts";
import { notInBackup } from "./besides.ts";
import { check } from "./check.ts";
import { contentLines } from "./content-lines.ts";
import { depotFor, placeText, refuseOwn } from "./depot.ts";
import { identityVariable } from "./keys/identity.ts";
import { key } from "./keys/key.ts";
import { signersIn, signingKeyOf } from "./keys/signing.ts";
import { prune } from "./prune.ts";
import { type Request, requestOf } from "./request.ts";
import { rowsSoFar } from "./rows-so-far.ts";
import { namespacesOf, settingsOf, siteOf, sourcesOf, systemsOf } from "./site.ts";
import { bucketsOf } from "./sources/buckets.ts";
import { classesOf } from "./sources/classes.ts";
import { indexesOf } from "./sources/indexes.ts";
import { lettersOf } from "./sources/letters.ts";

export async function run(args: readonly string[], place: Place): Promise<number> {
  const at = await projectAt(place);
  const verb =
    args[0] === "key" || args[0] === "prune" || args[0] === "check"
      ? (`backup ${args[0]}` as const)
      : "backup";
  const request = requestOf(verb, verb === "backup" ? args : args.slice(1), at.project);
  const said = placeOfTarget(request.stage.name, request.target, at.root);
  return refusingAt(said, () => {
    switch (verb) {
      case "backup":
        return backup(request, at, said);
      case "backup check":
        return check(request, at, said);
      case "backup key":
        return key(request, at);
      case "backup prune":
        return prune(request, at);
      default:
        return verb satisfies never;
    }
  });
}

async function backup(
  request: Request,
  { root, project }: ProjectPlace,
  said: CommandPlace,
): Promise<number> {
  const { stage, target, json } = request;
  const say = (text: string): void => {
    if (!json) process.stderr.write(`${text}\n`);
  };
  const site = await siteOf(request, target, root);
  const systems = systemsOf(request, project, site.config);
  const { recipients, rowsPerSecond } = settingsOf(request, site.config, systems);
  const rate = request.rowsPerSecond ?? rowsPerSecond;
  refuseOwn(request, site, systems);
  const depot = await depotFor(request, root);
  const { folder } = depot;
  // What an earlier run could not bring there.
  await push(depot, say);
  const found = await sourcesOf(site, request, systems);
  const keys = await namespacesOf(site, request, systems);
  const objects = await bucketsOf(site, stage, systems);
  const indexed = await indexesOf(site, stage, systems);
  const classed = await classesOf(site, stage, systems);
  const { sources } = found;
  const all = [found, keys, objects, indexed, classed];
  const missing = all.flatMap((each) => each.missing);
  if (all.every((each) => each.sources.length === 0)) throw nothingThere(stage.name, missing);
  if (missing.length > 0) say(`not created yet, and so not in this backup: ${missing.join(", ")}`);
  if (target === "cloudflare") say(`${stage.name}, account ${site.accountId}`);
  const before = newestHead(folder);
  if (before === undefined) say(`the first backup of ${stage.name} there`);
  for (const fault of standingIn(folder, signersIn({ stage, target }, { root, project })).faults)
    say(faultText(fault));
  for (const line of rowsReadLines(folder, sources)) say(line);
  if (rate !== undefined) say(`at most ${rate} rows a second are read`);
  const workers = systems.flatMap((system) => workersOf(system).map((worker) => physicalName(worker, stage)));
  const serving = await readServing(site.connection, site.accountId, workers);
  const queues = systems.some(({ resources }) => resources.some(({ kind }) => kind === "queue"))
    ? await queueIds(site)
    : new Map<string, string>();
  const dead = lettersOf(site, stage, systems, queues);
  const others = new Map([...queues].filter(([name]) => !dead.some((each) => each.name === name)));
  const besides = await notInBackup(site, stage, systems, others);
  const signingKey = await signingKeyOf(request, root);
  const taken = await takeBackup(sources, {
    folder,
    stage: stage.name,
    target,
    accountId: site.accountId,
    recipients,
    signingKey,
    tool,
    versions: Object.fromEntries(serving.map(({ worker, versions }) => [worker, [...versions]])),
    namespaces: keys.sources,
    buckets: objects.sources,
    indexes: indexed.sources,
    letters: dead,
    classes: { account: site, sources: classed.sources },
    elsewhere: await objectsThere(depot, newestWith(folder, listFile)?.head.name),
    notInBackup: [...missing.map((each) => `${each} was not created yet`), ...besides],
    say,
    ...(rate !== undefined && { pace: paced(rate, { now: () => performance.now(), sleep }) }),
    ...(!json && { progress: rowsSoFar(process.stderr) }),
  });
  await push(depot, say);
  const { databases, namespaces, buckets, indexes, letters, classes, head, digest } = taken;
  const text = lines([
    ...contentLines(taken),
    ...besides,
    "",
    `${placeText(depot, head.name)}: ${head.files.reduce((sum, { bytes }) => sum + bytes, 0)} bytes, encrypted to ${recipients.length} ${recipients.length === 1 ? "key" : "keys"}${signingKey === undefined ? "" : ", signed"}`,
    sentence`It counts once it was restored: ${command("drill")}${process.env[identityVariable] === undefined ? ", with --identity and the file of its secret key" : ""}`,
  ]);
  process.stdout.write(
    json
      ? `${JSON.stringify({ backup: head.name, folder: taken.folder, digest, databases: databases.map(({ schema: _, ...each }) => each), namespaces, buckets, indexes, letters, classes })}\n`
      : `${inPlace(text, said)}\n`,
  );
  // It is written, and it is not whole.
  return classes.some(({ failed }) => failed > 0) ? 1 : 0;
}

const nothingThere = (stage: string, missing: readonly string[]): UserError =>
  new UserError({
    what: "There is nothing to back up; no backup was written",
    where: `stage ${stage}`,
    got:
      missing.length === 0
        ? "no database, namespace, bucket or index is declared, and no Durable Object class with a backup"
        : `none of these was created yet: ${missing.join(", ")}`,
    expected: "a stage with databases, namespaces, buckets or indexes that its stack has created",
    fix: sentence`bring the stage up first: ${command("up")}`,
  });
