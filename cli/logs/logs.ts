// `lockstep logs <stage> [<worker>]`: what the workers of a stage do and say, as it comes, and what they did before.
import { z } from "zod";
import { ApiError, call } from "../../src/cloudflare/api.ts";
import { type Connection, connection } from "../../src/cloudflare/connection.ts";
import { backupSystem } from "../../src/declare/backup-worker.ts";
import { workersOf } from "../../src/declare/graph.ts";
import type { System } from "../../src/declare/index.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { command, named, sentence } from "../../src/diagnostic/sentence.ts";
import { refusingAt, UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import { type Place, projectAt } from "../place.ts";
import { stageTarget } from "../stack/account.ts";
import { apiEnvironment } from "../stack/engine/environment.ts";
import { colours } from "../start/report.ts";
import { listen, type OpenTail } from "../tail/listen.ts";
import { type Entry, entryJson, isWanted } from "./entry.ts";
import { entriesOf } from "./from-tail.ts";
import { paintedEntry } from "./paint.ts";
import { type NamedWorker, past } from "./past.ts";
import { type LogsRequest, requestOf } from "./request.ts";

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { root, project } = await projectAt(place);
  const request = requestOf(args, project);
  const { stage, target, sinceMs, follow, json } = request;
  return refusingAt(placeOfTarget(stage.name, target, root), async () => {
    const workers = chosen(project.systems, stage, request.worker);
    const env = await apiEnvironment(target, stage, root);
    const { accountId } = stageTarget(stage, env, root);
    const api = (): Connection => connection(env, root);
    const up = await deployed(api(), accountId, workers, stage);
    const names = up.map(({ name }) => name);
    const text = json ? entryJson : paintedEntry(names, colours(process.stdout, process.env));
    const show = (entries: readonly Entry[]): void => {
      for (const entry of entries) if (isWanted(entry, request)) process.stdout.write(text(entry));
    };
    const nowMs = Date.now();
    // Heard first, so that nothing is lost between the two.
    const following = follow ? followed(api, accountId, up, show) : undefined;
    if (sinceMs !== undefined)
      await showPast(api(), accountId, up, request, { fromMs: nowMs - sinceMs, toMs: nowMs }, show);
    await following;
    return 0;
  });
}

async function showPast(
  api: Connection,
  accountId: string,
  workers: readonly NamedWorker[],
  request: LogsRequest,
  time: { readonly fromMs: number; readonly toMs: number },
  show: (entries: readonly Entry[]) => void,
): Promise<void> {
  const { entries, isCut } = await past(api, accountId, workers, request, time).catch((error: unknown) => {
    throw error instanceof ApiError ? noPast(error) : error;
  });
  if (isCut) process.stderr.write("Older ones were left out: ask for a shorter time or for one worker\n");
  show(entries);
  if (entries.length === 0)
    process.stderr.write(
      "Nothing was recorded in this time. Only workers whose observability is on are; what happened seconds ago may come late\n",
    );
}

const noPast = (error: ApiError): UserError =>
  new UserError(
    {
      what: "Cloudflare does not tell what workers did before",
      where: "Workers Observability",
      got: error.message,
      expected: "events",
      fix: [401, 403].includes(error.status)
        ? sentence`give the API token the permission Workers Observability Edit; without it: ${named("logs", "<stage>")} shows what comes`
        : "mend what the API names, then run again",
    },
    { cause: error },
  );

/**
 * All workers of the systems, or the one that is asked for as `api`, as `shop/api`, or by the name that it has at Cloudflare. The one that writes
 * the stage's backups belongs to none of them and is heard with them where it is deployed.
 */
export function chosen(
  systems: readonly System[],
  stage: Stage,
  wanted: string | undefined,
): readonly NamedWorker[] {
  const namesOf = (system: System): readonly NamedWorker[] =>
    workersOf(system).map((worker) => ({
      name: `${system.name}/${worker.name}`,
      script: physicalName(worker, stage),
    }));
  const all = systems.flatMap(namesOf);
  const found = [...all, ...namesOf(backupSystem)].filter(
    ({ name, script }) => wanted === undefined || [name, name.split("/")[1], script].includes(wanted),
  );
  if (found.length > 0) return found;
  throw new UserError({
    what: "No system declares this worker",
    where: [named("logs")],
    got: wanted ?? "no workers at all",
    expected: all.map(({ name }) => name).join(", "),
    fix: "name one of them, or none for all of them",
  });
}

/** Those that are there: a stage need not have every system. */
async function deployed(
  api: Connection,
  accountId: string,
  workers: readonly NamedWorker[],
  stage: Stage,
): Promise<readonly NamedWorker[]> {
  const listed = z
    .array(z.object({ id: z.string() }))
    .parse((await call(api, "GET", `/accounts/${accountId}/workers/scripts`)) ?? []);
  const there = new Set(listed.map(({ id }) => id));
  const found = workers.filter(({ script }) => there.has(script));
  if (found.length > 0) return found;
  throw new UserError({
    what: `Nothing of ${stage.name} is deployed that could say something`,
    where: `account ${accountId}`,
    got: `none of ${workers.map(({ script }) => script).join(", ")}`,
    expected: "a worker that is deployed",
    fix: [command("up")],
  });
}

/** Hears all of them until somebody ends it. */
async function followed(
  api: () => Connection,
  accountId: string,
  workers: readonly NamedWorker[],
  show: (entries: readonly Entry[]) => void,
): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
  process.stdout.on("error", end); // nobody reads any more
  const listening = workers.map(({ name, script }) =>
    listen({
      open: () => openedTail(api(), accountId, script),
      onEvent: (told) => show(entriesOf(name, told, Date.now())),
      onState: (trouble) =>
        void process.stderr.write(
          `${name}: ${trouble === undefined ? "its logs are heard again" : `no logs for now: ${trouble}`}\n`,
        ),
      signal: ending.signal,
      maxRetryMs: 10_000,
    }),
  );
  process.stderr.write(`Listening to ${workers.map(({ name }) => name).join(", ")}; Ctrl-C ends it\n`);
  await Promise.all(listening);
}

const tail = z.object({ id: z.string(), url: z.string() });

/** Makes a tail as `wrangler tail` does; it is taken away when nobody hears it any more. */
export async function openedTail(api: Connection, accountId: string, script: string): Promise<OpenTail> {
  const path = `/accounts/${accountId}/workers/scripts/${encodeURIComponent(script)}/tails`;
  const { id, url } = tail.parse(await call(api, "POST", path, { filters: [] }));
  return { url, remove: () => call(api, "DELETE", `${path}/${id}`) };
}
