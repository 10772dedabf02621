import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import type { Compute, Invocation, LogLine, ScriptName, VersionSpec } from "../compute.ts";
import { type Cell, type CellSettings, startCell } from "./cell.ts";
import type { CellRole } from "./cellOptions.ts";
import { deliver } from "./deliver.ts";
import { deployer } from "./deploy.ts";
import { frontDoor } from "./front.ts";
import { endOrphans, tieWorkerdToThisProcess } from "./orphans.ts";
import { peerTable } from "./peers.ts";
import { scriptTable } from "./scripts.ts";
import { validator } from "./validate.ts";

export interface ComputeOptions {
  /** Durable Objects are kept in `<dataDir>/objects`, what lives as long as the process in `<dataDir>/run`. */
  readonly dataDir: string;
  /** Answers KV, R2 and D1: `127.0.0.1:<port>`. */
  readonly storesAddress: string;
  /** Answers QUEUE, VECTORIZE and AI. */
  readonly dataPlaneAddress: string;
  /** The front door's port; a taken one, and 0, mean a free one. @default 0 */
  readonly frontPort?: number;
  readonly log: (line: string) => void;
}

/** Starts the front door; cells start as scripts are deployed. */
export async function startCompute(options: ComputeOptions): Promise<Compute> {
  const ended = await endOrphans(options.dataDir);
  if (ended > 0) options.log(`ended ${ended} workerd that an earlier process left behind`);
  rmSync(join(options.dataDir, "run"), { recursive: true, force: true });
  mkdirSync(join(options.dataDir, "objects"), { recursive: true });
  tieWorkerdToThisProcess(options.dataDir);

  const logListeners = new Set<(line: LogLine) => void>();
  const invocationListeners = new Set<(invocation: Invocation) => void>();
  const scripts = scriptTable();
  const peers = peerTable(scripts);
  const nonce = randomBytes(16).toString("hex");

  const emitLog = (
    name: ScriptName,
    version: string,
    stream: LogLine["stream"],
    text: string,
    atMs: number,
  ): void => {
    for (const listener of logListeners)
      listener({ account: name.account, script: name.script, version, stream, text, atMs });
  };
  const onInvocation = (invocation: Invocation): void => {
    for (const listener of invocationListeners) listener(invocation);
  };
  const front = frontDoor({
    scripts,
    nonce,
    onInvocation,
    onException: (cell: Cell, text: string) =>
      emitLog(cell.name, cell.version.id, "stderr", text, Date.now()),
  });
  const frontPort = await listen(front, options.frontPort ?? 0);

  const settings: CellSettings = {
    dataDir: options.dataDir,
    storesAddress: options.storesAddress,
    dataPlaneAddress: options.dataPlaneAddress,
    frontAddress: `127.0.0.1:${frontPort}`,
    nonce,
    egress: process.env["LOCKSTEP_EGRESS"] === "allow" ? "allow" : "refuse",
  };
  const start = (name: ScriptName, version: VersionSpec, role: CellRole): Promise<Cell> =>
    startCell(settings, name, version, role, {
      onLog: (level, text, atMs) =>
        emitLog(name, version.id, level === "error" || level === "warn" ? "stderr" : "stdout", text, atMs),
      onRestart: (cell) => {
        options.log(`the runtime of ${name.script} was restarted`);
        peers
          .add(cell)
          .then(() => peers.tell(name.account, name.script))
          .catch((error: unknown) =>
            options.log(`could not tell of the restart of ${name.script}: ${String(error)}`),
          );
      },
    });
  const deployments = deployer({ scripts, peers, start, log: options.log });
  const { queue, scheduled } = deliver({ scripts, onInvocation });

  return {
    validate: validator(start),
    deploy: deployments.deploy,
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
    onLog: (listener) => {
      logListeners.add(listener);
      return () => logListeners.delete(listener);
    },
    onInvocation: (listener) => {
      invocationListeners.add(listener);
      return () => invocationListeners.delete(listener);
    },
    frontPort,
    close: async () => {
      front.close();
      front.closeAllConnections();
      await deployments.close();
    },
  };
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
