import { mkdirSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Agent } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Log, LogLevel, type Miniflare, type WorkerdStructuredLog } from "miniflare";
import { z } from "zod";
import { type ScriptName, UploadRejected, type VersionSpec } from "../../compute.ts";
import { makeMiniflare } from "../../workerd/spawn.ts";
import { portOf, runtimeOptions } from "../../workerd/unsafe.ts";
import { prepareAssets } from "./assets.ts";
import { type CellRole, remoteObjects, type UserWorkerContext, userWorker } from "./cell-options.ts";
import type { CellSettings } from "./cell-settings.ts";
import { inspectWorker } from "./inspect.ts";
import { linkWorker } from "./link-worker.ts";
import { endWorkerd, workerdEnvironment } from "./orphans.ts";
import { rejection } from "./rejection.ts";

/** Where other cells find this one. All of it is new after workerd was restarted. */
export interface CellAddress {
  /** workerd's door for other processes, `127.0.0.1:<port>`. */
  readonly address: string;
  /** The service behind the default entrypoint: the worker, or its asset router. */
  readonly main: string;
  /** The worker itself. */
  readonly user: string;
}

/** One workerd with one version of one script in it, and `link`. */
export interface Cell {
  /** Its folder's name, and its workerd's mark. */
  readonly id: string;
  readonly name: ScriptName;
  readonly version: VersionSpec;
  readonly role: CellRole;
  /** How long the start took. */
  readonly startMs: number;
  /** When it was ready. */
  readonly startedAtMs: number;
  readonly agent: Agent;
  /** What its ports want in the header `x-lockstep-key`. */
  readonly key: string;
  address: CellAddress;
  /** Takes the front door's requests. */
  httpPort: number;
  controlUrl: URL;
  /** Only in a trial of a script with code: answers with what it exports. */
  readonly inspectUrl: URL | undefined;
  /** Requests, batches and events under way that came through Node. */
  inflight: number;
  /** When the last of them ended; undefined while there was none. */
  lastActiveMs: number | undefined;
  /** It was ended because it took the processor for too long, and is not back yet. */
  exceededCpu: boolean;
  /** When it was replaced, in `performance.now()`. */
  retiredMs: number;
  readonly stop: () => Promise<void>;
}

/** workerd closes a connection that was idle for 5 s; one that is just being closed must not be used again. */
const idleConnectionMs = 3_000;

/** Miniflare waits for ever for a workerd that was killed in the moment in which it was started again. */
const disposeLimitMs = 2_000;
const startLimitMs = 30_000;

/** Addresses within workerd itself, which tell nobody anything. */
const nativeStack = /\nstack: [^\n]*workerd[^\n]*@[\s\S]*$/;

let serial = 0;

/** Starts a version. Throws {@link UploadRejected} with workerd's own words when it does not start. */
export async function startCell(
  settings: CellSettings,
  name: ScriptName,
  version: VersionSpec,
  role: CellRole,
  events: {
    readonly onLog: (level: string, text: string, atMs: number) => void;
    /** workerd was restarted after a crash: every address is new. */
    readonly onRestart: (cell: Cell) => void;
    /** workerd crashed and could not be started again: this cell is of no use any more. */
    readonly onDead: (cell: Cell) => void;
  },
): Promise<Cell> {
  const startedAt = performance.now();
  serial += 1;
  const id = `${process.pid}-${serial}`;
  const directory = join(settings.dataDir, "cells", id);
  mkdirSync(directory, { recursive: true });
  const context: UserWorkerContext = {
    script: name.script,
    caller: `${name.account}/${name.script}/${version.id}`,
    role,
    doors: settings,
    assetsDirectory:
      version.assets === undefined ? undefined : await prepareAssets(version.assets, directory),
  };
  let cell: Cell | undefined;
  // What is logged by a start that fails is in the refusal; a trial's is nobody's.
  const early: [string, string, number][] = [];
  const inspecting = role === "trial" ? inspectWorker(version, context) : [];
  // the only word Miniflare has on it
  const error = (failure: Error): void => {
    if (cell !== undefined && "code" in failure && failure.code === "ERR_RUNTIME_FAILURE")
      events.onDead(cell);
  };
  const miniflare = inTemporaryFolder(directory, () =>
    makeMiniflare({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      logRequests: false,
      log: Object.assign(new Log(LogLevel.NONE), { error }),
      handleStructuredLogs: ({ level, message: whole, timestamp }: WorkerdStructuredLog) => {
        const message = whole.replace(nativeStack, "");
        if (cell === undefined) early.push([level, message, timestamp]);
        else events.onLog(level, message, timestamp);
      },
      ...runtimeOptions({
        environment: { FORCE_COLOR: "0", ...workerdEnvironment(settings.dataDir, id) },
        registry: join(directory, "registry"),
        onRestart: async () => {
          if (cell === undefined) return;
          Object.assign(cell, await addresses(miniflare, directory), { exceededCpu: false });
          events.onRestart(cell);
        },
      }),
      ...(role === "objects" ? { durableObjectsPersist: join(settings.dataDir, "objects") } : {}),
      // The first one answers at the port that Miniflare opens besides: link, which lets nobody in without the key.
      workers: [
        linkWorker({
          settings,
          version,
          role,
          remoteObjects: remoteObjects(version, context),
          caller: context.caller,
        }),
        userWorker(version, context),
        ...inspecting,
      ],
    }),
  );
  const end = async (): Promise<void> => {
    let ended = false;
    const disposed = miniflare.dispose().then(() => {
      ended = true;
    });
    try {
      await Promise.race([disposed, sleep(disposeLimitMs, undefined, { ref: false })]);
    } finally {
      if (!ended) endWorkerd(settings.dataDir, id);
      rmSync(directory, { recursive: true, force: true });
    }
  };
  try {
    await within(startLimitMs, miniflare.ready, role);
    const agent = new Agent({ keepAlive: true, timeout: idleConnectionMs });
    cell = {
      id,
      exceededCpu: false,
      name,
      version,
      role,
      startMs: performance.now() - startedAt,
      startedAtMs: Date.now(),
      agent,
      key: settings.nonce,
      inflight: 0,
      lastActiveMs: undefined,
      retiredMs: 0,
      inspectUrl: inspecting.length === 0 ? undefined : await portOf(miniflare, "inspect"),
      ...(await addresses(miniflare, directory)),
      stop: async () => {
        agent.destroy();
        await end();
      },
    };
    if (role !== "trial") for (const line of early) events.onLog(...line);
    return cell;
  } catch (failure) {
    await end().catch(() => {}); // what Miniflare says while ending a failed start is the same failure
    const text = rejection(failure);
    throw text === undefined ? failure : new UploadRejected(text);
  }
}

/** Rejects when it takes longer; for an upload that is tried, as Cloudflare refuses code that does not come to its end. */
function within<T>(limitMs: number, work: Promise<T>, role: CellRole): Promise<T> {
  const late = sleep(limitMs, undefined, { ref: false }).then(() => {
    const seconds = limitMs / 1000;
    if (role === "trial")
      throw new UploadRejected(
        `Script startup exceeded CPU time limit: it had not ended after ${seconds} s.`,
      );
    throw new Error(`workerd did not start within ${seconds} s`);
  });
  late.catch(() => {}); // it is nobody's any more once the work is done
  return Promise.race([work, late]);
}

/** Miniflare makes a folder below the system's temporary one; what a killed process leaves there nobody cleans up. */
function inTemporaryFolder<T>(directory: string, make: () => T): T {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = directory;
  try {
    return make();
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}

const registrySchema = z.object({
  debugPortAddress: z.string(),
  defaultEntrypointService: z.string(),
  userWorkerService: z.string(),
});

/** Miniflare writes the debug port and its names of services nowhere but into its registry file. */
async function addresses(
  miniflare: Miniflare,
  directory: string,
): Promise<Pick<Cell, "address" | "httpPort" | "controlUrl">> {
  const entry = registrySchema.parse(JSON.parse(await readFile(join(directory, "registry", "user"), "utf8")));
  return {
    address: {
      address: entry.debugPortAddress,
      main: entry.defaultEntrypointService,
      user: entry.userWorkerService,
    },
    httpPort: Number((await portOf(miniflare, "link")).port),
    controlUrl: await portOf(miniflare, "link", "Control"),
  };
}
