import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import type { Compute, Invocation, LogLine, PreviewAt, ScriptName, Trace, VersionSpec } from "../compute.ts";
import { newDoorKey } from "../door-key.ts";
import { tieWorkerdToThisProcess } from "../workerd/workerd-binary.ts";
import { type Cell, startCell } from "./cell/cell.ts";
import type { CellRole } from "./cell/cell-options.ts";
import type { CellSettings } from "./cell/cell-settings.ts";
import { askLink } from "./cell/control.ts";
import { endOrphans, endWorkerd, notePids } from "./cell/orphans.ts";
import { validator } from "./cell/validate.ts";
import { watchdog } from "./cell/watchdog.ts";
import { deliver } from "./deliver.ts";
import { deployer } from "./deploy.ts";
import { frontDoor, type WorkerAt } from "./front/front.ts";
import { maximumHeaderBytes, wantsWebSocket } from "./front/headers.ts";
import { limiter } from "./limiter.ts";
import { peerTable } from "./peers.ts";
import { type Scripts, scriptTable } from "./scripts.ts";
import { storedObjects } from "./stored-objects.ts";

export interface ComputeOptions {
  /** Durable Objects are kept in `<dataDir>/objects`, what lives as long as the process in `<dataDir>/cells`. */
  readonly dataDir: string;
  /** Answers KV, R2 and D1: `127.0.0.1:<port>`. */
  readonly storesAddress: string;
  readonly storesKey: string;
  /** Answers QUEUE, VECTORIZE and AI. */
  readonly dataPlaneAddress: string;
  readonly dataPlaneKey: string;
  /** The front door's port; a taken one, and 0, mean a free one. @default 0 */
  readonly frontPort?: number;
  /** A version that nobody asked for this long is put to sleep until somebody does. @default 600_000 */
  readonly idleLimitMs?: number;
  /** Above so many versions awake, those that were not asked for the longest sleep. @default 16 */
  readonly awakeLimit?: number;
  /** How long a worker may hold the processor before its runtime is ended: Cloudflare's Error 1102. @default 30_000 */
  readonly cpuLimitMs?: number;
  /** Whose a host and path are that is not `<script>.<account>.localhost`: a route or a custom domain. @default nobody's */
  readonly workerAt?: WorkerAt;
  /** @default no preview addresses */
  readonly previewAt?: PreviewAt;
  readonly log: (line: string) => void;
}

/** Starting is mostly workerd's own work, so a few at once are quicker than one after another. */
const startsAtOnce = 4;

/** Starts the front door; cells start as scripts are deployed. */
export async function startCompute(options: ComputeOptions): Promise<Compute> {
  const ended = await endOrphans(options.dataDir);
  if (ended > 0) options.log(`ended ${ended} workerd that an earlier process left behind`);
  rmSync(join(options.dataDir, "cells"), { recursive: true, force: true });
  mkdirSync(join(options.dataDir, "objects"), { recursive: true });
  notePids(options.dataDir);
  tieWorkerdToThisProcess();

  const logListeners = new Set<(line: LogLine) => void>();
  const invocationListeners = new Set<(invocation: Invocation) => void>();
  const scripts = scriptTable();
  const peers = peerTable(scripts);
  const nonce = newDoorKey();

  const onLog = (line: LogLine): void => {
    for (const listener of logListeners) listener(line);
  };
  const onInvocation = (invocation: Invocation): void => {
    markActive(scripts, invocation);
    for (const listener of invocationListeners) listener(invocation);
  };
  const front = createServer({
    maxHeaderSize: maximumHeaderBytes,
    shouldUpgradeCallback: wantsWebSocket,
  });
  // Idle connections are the client's to close: closed here, one could be closed under its next request.
  front.keepAliveTimeout = 0;
  const frontPort = await listen(front, options.frontPort ?? 0);

  const settings: CellSettings = {
    dataDir: options.dataDir,
    storesAddress: options.storesAddress,
    storesKey: options.storesKey,
    dataPlaneAddress: options.dataPlaneAddress,
    dataPlaneKey: options.dataPlaneKey,
    frontAddress: `127.0.0.1:${frontPort}`,
    nonce,
    egress: process.env["LOCKSTEP_EGRESS"] === "allow" ? "allow" : "refuse",
  };
  const atOnce = limiter(startsAtOnce);
  const replace = (cell: Cell): void => {
    options.log(`the runtime of ${cell.name.script} could not be started again; another one takes its place`);
    deployments
      .replace(cell)
      .catch((error: unknown) =>
        options.log(`could not replace the runtime of ${cell.name.script}: ${String(error)}`),
      );
  };
  const start = (name: ScriptName, version: VersionSpec, role: CellRole): Promise<Cell> =>
    atOnce(() =>
      startCell(settings, name, version, role, {
        onLog: (level, text, atMs) => {
          const stream = level === "error" || level === "warn" ? "stderr" : "stdout";
          onLog({ account: name.account, script: name.script, version: version.id, stream, text, atMs });
        },
        onDead: replace,
        onRestart: (cell) => {
          options.log(`the runtime of ${name.script} was restarted`);
          peers
            .restarted(cell)
            .catch((error: unknown) =>
              options.log(`could not tell of the restart of ${name.script}: ${String(error)}`),
            );
        },
      }),
    );
  const validate = validator(start);
  const known = new Set<string>();
  const tryOut = async (name: ScriptName, version: VersionSpec): Promise<void> => {
    if (!known.has(version.id)) await validate(name, version);
    known.add(version.id);
  };
  const idleLimitMs = options.idleLimitMs ?? 10 * 60_000;
  const awakeLimit = options.awakeLimit ?? 16;
  const deployments = deployer({ scripts, peers, start, tryOut, idleLimitMs, awakeLimit, log: options.log });
  const { wake } = deployments;
  const dog = watchdog({
    cells: deployments.cells,
    limitMs: options.cpuLimitMs ?? 30_000,
    end: (cell) => endWorkerd(options.dataDir, cell.id),
    replace,
    log: options.log,
  });
  const onWake = (account: string, name: string): void => {
    const script = scripts.find(account, name);
    for (const { place } of script?.shares ?? [])
      if (script !== undefined)
        wake(script, place).catch((error: unknown) =>
          options.log(`could not wake ${name}: ${String(error)}`),
        );
  };
  const onTrace = (account: string, name: string, trace: Trace): void => {
    for (const listener of scripts.find(account, name)?.watchers ?? []) listener(trace);
  };
  const { workerAt = () => undefined, previewAt = () => undefined } = options;
  const { queue, scheduled } = deliver({ scripts, wake, onInvocation });
  frontDoor(front, {
    scripts,
    workerAt,
    previewAt,
    wake,
    scheduled,
    nonce,
    onInvocation,
    onLog,
    onWake,
    onTrace,
  });

  return {
    validate: async (name, version) => {
      const validation = await validate(name, version);
      known.add(version.id);
      return validation;
    },
    deploy: (name, splits, { lazily = false } = {}) => deployments.deploy(name, splits, lazily),
    remove: async (name, { deleteObjects }) => {
      const classes = await deployments.remove(name);
      if (!deleteObjects) return;
      for (const { namespaceId } of classes)
        rmSync(join(options.dataDir, "objects", namespaceId), { recursive: true, force: true });
    },
    setSubdomain: (name, enabled) => {
      scripts.findOrAdd(name).subdomainEnabled = enabled;
    },
    queue,
    scheduled,
    storedObjects: (namespaceId, page) => storedObjects(join(options.dataDir, "objects", namespaceId), page),
    ask: async (name, question) => {
      const script = scripts.find(name.account, name.script);
      await script?.turn;
      if (script?.owner === undefined) throw new Error(`${name.script} has no Durable Objects that run`);
      return askLink(script.owner, "/ask", question);
    },
    onLog: (listener) => {
      logListeners.add(listener);
      return () => logListeners.delete(listener);
    },
    onInvocation: (listener) => {
      invocationListeners.add(listener);
      return () => invocationListeners.delete(listener);
    },
    watch: (name, listener) => {
      const { watchers } = scripts.findOrAdd(name);
      const told = (): void => {
        peers
          .watched(name.account, name.script)
          .catch((error: unknown) => options.log(`could not watch ${name.script}: ${String(error)}`));
      };
      watchers.add(listener);
      told();
      return () => {
        watchers.delete(listener);
        told();
      };
    },
    frontPort,
    close: async () => {
      dog.stop();
      await deployments.close(); // while the front door still takes the cells' last reports
      front.close();
      front.closeAllConnections();
    },
  };
}

/** A version that others call is active without the front door's knowing. */
function markActive(scripts: Scripts, { account, script, version }: Invocation): void {
  for (const { place } of scripts.find(account, script)?.shares ?? [])
    if (place.version.id === version && place.cell !== undefined) place.cell.lastActiveMs = Date.now();
}

async function listen(server: Server, port: number): Promise<number> {
  const attempt = async (wanted: number): Promise<void> => {
    server.listen(wanted, "127.0.0.1");
    await once(server, "listening");
  };
  await attempt(port).catch((error: unknown) => {
    if (port === 0 || !(error instanceof Error && "code" in error && error.code === "EADDRINUSE"))
      throw error;
    return attempt(0);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The front door has no port");
  return address.port;
}
