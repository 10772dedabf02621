import { setTimeout as sleep } from "node:timers/promises";
import type { ObjectClass, ScriptName, Split, VersionSpec } from "../compute.ts";
import type { Cell } from "./cell.ts";
import type { CellRole } from "./cellOptions.ts";
import type { Peers } from "./peers.ts";
import { markStarting, type Script, type Scripts, settle } from "./scripts.ts";

/** Requests that take longer are cut when their version is replaced. */
const drainLimitMs = 30_000;
/** Object calls that take longer are reset when their owner changes, as on Cloudflare. */
const objectGraceMs = 250;

export interface Deployer {
  readonly deploy: (name: ScriptName, splits: readonly Split[]) => Promise<void>;
  /** Returns the classes of objects that the script had. */
  readonly remove: (name: ScriptName) => Promise<readonly ObjectClass[]>;
  /** Ends everything at once. */
  readonly close: () => Promise<void>;
}

export interface DeployerOptions {
  readonly scripts: Scripts;
  readonly peers: Peers;
  readonly start: (name: ScriptName, version: VersionSpec, role: CellRole) => Promise<Cell>;
  readonly log: (line: string) => void;
}

export function deployer({ scripts, peers, start, log }: DeployerOptions): Deployer {
  const live = new Set<Cell>();
  const background = new Set<Promise<void>>();
  let closing = false;

  const begin = async (name: ScriptName, version: VersionSpec, role: CellRole): Promise<Cell> => {
    const cell = await start(name, version, role);
    live.add(cell);
    await peers.add(cell);
    return cell;
  };
  const end = async (cell: Cell): Promise<void> => {
    peers.remove(cell);
    live.delete(cell);
    await cell.stop();
  };
  const drained = async (busy: () => Promise<boolean>, limitMs: number): Promise<void> => {
    for (const until = performance.now() + limitMs; !closing && performance.now() < until; await sleep(10))
      if (!(await busy())) return;
  };
  const retire = (cell: Cell): void => {
    const done = drained(
      async () => cell.inflight > 0 || (await peers.callsTo(cell, "service")) > 0,
      drainLimitMs,
    )
      .then(() => end(cell))
      .catch((error: unknown) => log(`could not end the old cell of ${cell.name.script}: ${String(error)}`))
      .finally(() => background.delete(done));
    background.add(done);
  };

  /** Starts the cells that are not there yet; all or none. */
  const startShares = async (script: Script, splits: readonly Split[]) => {
    const results = await Promise.allSettled(
      splits.map(async ({ version, percentage }) => {
        const running = script.shares.find((s) => s.cell.version.id === version.id);
        return {
          percentage,
          cell: running?.cell ?? (await begin(script.name, version, "code")),
          fresh: running === undefined,
        };
      }),
    );
    const failed = results.find((r) => r.status === "rejected");
    const started = results.flatMap((r) => (r.status === "fulfilled" ? [r.value] : []));
    if (failed === undefined) return started;
    await Promise.all(started.filter((s) => s.fresh).map((s) => end(s.cell)));
    throw failed.reason;
  };

  /** One owner at any time: the old one is gone before the new one starts; calls wait meanwhile. */
  const handOver = async (script: Script, version: VersionSpec | undefined): Promise<void> => {
    const old = script.owner;
    script.owner = undefined;
    await peers.tell(script.name.account, script.name.script);
    if (old !== undefined) {
      await drained(async () => (await peers.callsTo(old, "objects")) > 0, objectGraceMs);
      await end(old);
    }
    if (version === undefined) return;
    try {
      script.owner = await begin(script.name, version, "objects");
    } catch (error) {
      if (old !== undefined) script.owner = await begin(script.name, old.version, "objects");
      throw error;
    } finally {
      await peers.tell(script.name.account, script.name.script);
    }
  };

  const run = async (script: Script, splits: readonly Split[]): Promise<void> => {
    const started = await startShares(script, splits);
    const owning = ownerOf(splits);
    if (owning?.id !== script.owner?.version.id) {
      try {
        if (owning !== undefined && script.owner !== undefined)
          await (await start(script.name, owning, "trial")).stop();
        await handOver(script, owning);
      } catch (error) {
        await Promise.all(started.filter((s) => s.fresh).map((s) => end(s.cell)));
        throw error;
      }
    }
    const before = script.shares;
    const created = (cell: Cell): string => `${cell.version.createdOn} ${cell.version.id}`;
    script.shares = started.toSorted((a, b) => created(a.cell).localeCompare(created(b.cell)));
    settle(script);
    await peers.tell(script.name.account, script.name.script);
    for (const { cell } of before) if (!script.shares.some((s) => s.cell === cell)) retire(cell);
  };

  const inTurn = <T>(script: Script, work: () => Promise<T>): Promise<T> => {
    const mine = script.turn.then(work);
    script.turn = mine.catch(() => {});
    return mine;
  };

  return {
    deploy: (name, splits) => {
      const script = scripts.findOrAdd(name);
      markStarting(script);
      return inTurn(script, () =>
        run(script, splits).catch((error: unknown) => {
          settle(script);
          throw error;
        }),
      );
    },
    remove: (name) => {
      const script = scripts.findOrAdd(name);
      return inTurn(script, async () => {
        const cells = [
          ...script.shares.map((s) => s.cell),
          ...(script.owner === undefined ? [] : [script.owner]),
        ];
        script.shares = [];
        script.owner = undefined;
        settle(script);
        await peers.tell(name.account, name.script);
        await Promise.all(cells.map(end));
        return cells.flatMap((c) => c.version.objectClasses);
      });
    },
    close: async () => {
      closing = true;
      await Promise.all(background);
      await Promise.all([...live].map(end));
    },
  };
}

/** In a split the objects run the version that most requests get; the later one when they are equal. */
function ownerOf(splits: readonly Split[]): VersionSpec | undefined {
  const owning = splits.filter((s) => s.version.objectClasses.length > 0);
  const order = owning.toSorted(
    (a, b) => b.percentage - a.percentage || b.version.createdOn.localeCompare(a.version.createdOn),
  );
  return order[0]?.version;
}
