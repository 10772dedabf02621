import { setTimeout as sleep } from "node:timers/promises";
import type { ObjectClass, ScriptName, Split, VersionSpec } from "../compute.ts";
import type { Cell } from "./cell/cell.ts";
import type { CellRole } from "./cell/cell-options.ts";
import type { Peers } from "./peers.ts";
import { retirement } from "./retire.ts";
import { markStarting, type Place, type Script, type Scripts, type Share, settle } from "./scripts.ts";
import { awakeOf, sleeper } from "./sleeper.ts";

/** Object calls that take longer are reset when their owner changes, as on Cloudflare. */
const objectGraceMs = 250;

/** Nobody but its owner can answer for an object: a start that failed is tried again. */
const ownerAttempts = 4;

/** The cell of a deployed version; one that sleeps is started. */
export type Wake = (script: Script, place: Place) => Promise<Cell>;

export interface Deployer {
  readonly deploy: (name: ScriptName, splits: readonly Split[], lazily: boolean) => Promise<void>;
  readonly wake: Wake;
  /** Puts another cell in the place of one that could not be started again. */
  readonly replace: (cell: Cell) => Promise<void>;
  /** All that run, also what is being drained. */
  readonly cells: () => readonly Cell[];
  /** Returns the classes of objects that the script had. */
  readonly remove: (name: ScriptName) => Promise<readonly ObjectClass[]>;
  /** Ends everything at once. */
  readonly close: () => Promise<void>;
}

export interface DeployerOptions {
  readonly scripts: Scripts;
  readonly peers: Peers;
  readonly start: (name: ScriptName, version: VersionSpec, role: CellRole) => Promise<Cell>;
  /** Throws when the version would not start. */
  readonly tryOut: (name: ScriptName, version: VersionSpec) => Promise<void>;
  /** A version that nobody asked for this long is put to sleep. */
  readonly idleLimitMs: number;
  /** Above so many versions awake, what is deployed new sleeps until somebody asks for it. */
  readonly awakeLimit: number;
  readonly log: (line: string) => void;
}

/** Moves scripts from version to version: starts what is new, moves the pointer, drains and ends what is old. */
export function deployer(options: DeployerOptions): Deployer {
  const { scripts, peers, start, tryOut, log } = options;
  const live = new Set<Cell>();
  const starting = new Set<Promise<Cell>>();
  let closing = false;

  const begin = (name: ScriptName, version: VersionSpec, role: CellRole): Promise<Cell> => {
    const started = (async () => {
      if (closing) throw stopping(name);
      const cell = await start(name, version, role);
      live.add(cell);
      await peers.add(cell);
      if (!closing) return cell;
      await end(cell); // it may have become ready after all the others were ended
      throw stopping(name);
    })();
    starting.add(started);
    return started.finally(() => starting.delete(started));
  };
  const end = async (cell: Cell): Promise<void> => {
    peers.remove(cell);
    if (live.delete(cell)) await cell.stop();
  };
  const retired = retirement(peers, end, log);
  const tell = ({ name }: Script): Promise<void> => peers.tell(name.account, name.script);
  const sleeps = sleeper({ ...options, tell, retire: retired.retire });
  /** A worker in use goes on without a pause; of many new ones, only so many as are likely to be asked at once. */
  const startsAsleep = (script: Script): boolean =>
    !script.shares.some(({ place }) => place.cell !== undefined) &&
    awakeOf(scripts).length + starting.size >= options.awakeLimit;

  const wake = async (script: Script, place: Place): Promise<Cell> => {
    if (place.cell !== undefined) return place.cell;
    place.waking ??= begin(script.name, place.version, "code")
      .then(async (cell) => {
        place.cell = cell;
        if (script.shares.some((s) => s.place === place)) await tell(script);
        else if (!script.previews.includes(place)) retired.retire(cell); // replaced meanwhile: it serves those who waited for it
        return cell;
      })
      .finally(() => {
        place.waking = undefined;
      });
    return place.waking;
  };

  /** Starts the versions that are not there yet; all or none. */
  const startShares = async (script: Script, splits: readonly Split[], lazily: boolean): Promise<Share[]> => {
    const results = await Promise.allSettled(
      splits.map(async ({ version, percentage }): Promise<Share> => {
        const running = script.shares.find((s) => s.place.version.id === version.id);
        if (running !== undefined) return { percentage, place: running.place };
        const asleep = lazily || startsAsleep(script);
        const cell = asleep ? undefined : await begin(script.name, version, "code");
        if (asleep && !lazily) await tryOut(script.name, version);
        return { percentage, place: { version, cell, waking: undefined } };
      }),
    );
    const failed = results.find((r) => r.status === "rejected");
    const shares = results.flatMap((r) => (r.status === "fulfilled" ? [r.value] : []));
    if (failed === undefined) return shares;
    await endFresh(script, shares);
    throw failed.reason;
  };
  const endFresh = async (script: Script, shares: readonly Share[]): Promise<void> => {
    const fresh = shares.filter((s) => !script.shares.some((old) => old.place === s.place));
    await Promise.all(cellsOf(fresh).map(end));
  };

  /** One owner at any time: the old one is gone before the new one starts; calls wait meanwhile. */
  const handOver = async (script: Script, version: VersionSpec | undefined): Promise<void> => {
    const old = script.owner;
    script.owner = undefined;
    await tell(script);
    if (old !== undefined) {
      const until = performance.now() + objectGraceMs;
      while (performance.now() < until && (await peers.callsTo(old, "objects")) > 0) await sleep(10);
      await end(old);
    }
    try {
      if (version !== undefined) script.owner = await begin(script.name, version, "objects");
    } catch (error) {
      if (old !== undefined) script.owner = await begin(script.name, old.version, "objects");
      throw error;
    } finally {
      await tell(script);
    }
  };

  const run = async (script: Script, splits: readonly Split[], lazily: boolean): Promise<void> => {
    const owning = ownerOf(splits);
    const changing = owning?.id !== script.owner?.version.id;
    // the owner's classes are tried while it still serves: nothing is handed over to what does not start
    const trial = changing && owning && script.owner ? tryOut(script.name, owning) : undefined;
    trial?.catch(() => {}); // awaited below, unless the shares fail first
    const shares = await startShares(script, splits, lazily);
    try {
      await trial;
      if (changing) await handOver(script, owning);
    } catch (error) {
      await endFresh(script, shares);
      throw error;
    }
    const replaced = script.shares.filter((old) => !shares.some((s) => s.place === old.place));
    script.shares = shares.toSorted((a, b) => oldestFirst(a.place.version, b.place.version));
    settle(script);
    await tell(script);
    for (const cell of cellsOf(replaced)) retired.retire(cell);
  };

  /** Deployments of one script come one after another. */
  const inTurn = <T>(script: Script, work: () => Promise<T>): Promise<T> => {
    const mine = script.turn.then(work).finally(() => settle(script));
    script.turn = mine.catch(() => {});
    return mine;
  };

  const replace = async (cell: Cell): Promise<void> => {
    const script = scripts.findOrAdd(cell.name);
    if (script.owner !== cell) {
      const places = [...script.shares.map((share) => share.place), ...script.previews];
      const place = places.find((each) => each.cell === cell);
      if (place !== undefined) place.cell = undefined;
      await tell(script);
      await end(cell);
      return; // the next one who asks wakes it
    }
    await inTurn(script, async () => {
      if (script.owner !== cell) return;
      for (let attempt = 1; ; attempt += 1)
        try {
          return await handOver(script, cell.version);
        } catch (error) {
          if (closing || attempt === ownerAttempts) throw error;
          await sleep(attempt * 1_000);
        }
    });
  };

  return {
    wake,
    replace,
    cells: () => [...live],
    deploy: (name, splits, lazily) => {
      const script = scripts.findOrAdd(name);
      markStarting(script);
      return inTurn(script, () => run(script, splits, lazily));
    },
    remove: (name) => {
      const script = scripts.findOrAdd(name);
      return inTurn(script, async () => {
        const versions = script.shares.map((s) => s.place.version);
        const cells = [
          ...cellsOf(script.shares),
          ...script.previews.flatMap(({ cell }) => cell ?? []),
          ...(script.owner === undefined ? [] : [script.owner]),
        ];
        script.shares = [];
        script.previews = [];
        script.owner = undefined;
        settle(script);
        await tell(script);
        await Promise.all(cells.map(end));
        return versions.flatMap((v) => v.objectClasses);
      });
    },
    close: async () => {
      closing = true;
      sleeps.stop();
      await retired.close();
      await Promise.all(scripts.all().map((s) => s.turn));
      await Promise.allSettled(starting);
      await Promise.all([...live].map(end));
    },
  };
}

const stopping = ({ script }: ScriptName): Error =>
  new Error(`The embedded Cloudflare is stopping; ${script} was not started`);

const cellsOf = (shares: readonly Share[]): Cell[] => shares.flatMap(({ place }) => place.cell ?? []);

/** In a split the objects run the version that most requests get; the later one when they are equal. */
function ownerOf(splits: readonly Split[]): VersionSpec | undefined {
  const owning = splits.filter((s) => s.version.objectClasses.length > 0);
  return owning.toSorted((a, b) => b.percentage - a.percentage || oldestFirst(b.version, a.version))[0]
    ?.version;
}

const oldestFirst = (a: VersionSpec, b: VersionSpec): number =>
  a.createdOn.localeCompare(b.createdOn) || a.id.localeCompare(b.id);
