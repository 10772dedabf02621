import { z } from "zod";
import type { Cell } from "./cell/cell.ts";
import { askLink, CellUnreachable } from "./cell/control.ts";
import type { Scripts } from "./scripts.ts";

const callsSchema = z.record(z.string(), z.number());
/** A worker in an endless loop answers nothing, and must not hold up the deployment of another one. */
const answerLimitMs = 5_000;
type Calls = z.infer<typeof callsSchema>;

/** Keeps the `link` of every cell told where the scripts it calls live. */
export interface Peers {
  /** From here on the cell hears of every change. Settles when it heard the first. */
  readonly add: (cell: Cell) => Promise<void>;
  readonly remove: (cell: Cell) => void;
  /** The cell's addresses are new: it knows nothing, and nobody knows where it is. */
  readonly restarted: (cell: Cell) => Promise<void>;
  /** Tells all cells that call the script. Settles when every one of them answered. */
  readonly tell: (account: string, script: string) => Promise<void>;
  /** Tells the script's own cells whether it is watched. */
  readonly watched: (account: string, script: string) => Promise<void>;
  /** Calls under way from any cell to this one. */
  readonly callsTo: (cell: Cell, kind: "service" | "objects") => Promise<number>;
}

export function peerTable(scripts: Scripts): Peers {
  /** One post after another for each cell, each with all it should know: none can undo a later one. */
  const cells = new Map<Cell, Promise<Calls>>();

  const post = (cell: Cell): Promise<Calls> => {
    const before = cells.get(cell) ?? Promise.resolve({});
    const next = before.catch(() => ({})).then(() => send(cell, scripts));
    if (cells.has(cell)) cells.set(cell, next);
    return next;
  };
  const callers = (account: string, script: string): Cell[] =>
    [...cells.keys()].filter((c) => c.name.account === account && calledBy(c).has(script));

  return {
    add: async (cell) => {
      cells.set(cell, Promise.resolve({}));
      await post(cell);
    },
    remove: (cell) => {
      cells.delete(cell);
    },
    restarted: async (cell) => {
      if (!cells.has(cell)) return;
      await Promise.all([cell, ...callers(cell.name.account, cell.name.script)].map(post));
    },
    tell: async (account, script) => {
      await Promise.all(callers(account, script).map(post));
    },
    watched: async (account, script) => {
      const own = [...cells.keys()].filter(({ name }) => name.account === account && name.script === script);
      await Promise.all(own.map(post));
    },
    callsTo: async (cell, kind) => {
      const answers = await Promise.all(callers(cell.name.account, cell.name.script).map(post));
      return answers.reduce((sum, calls) => sum + (calls[`${kind} ${cell.address.address}`] ?? 0), 0);
    },
  };
}

/** The scripts a cell has bindings to. */
function calledBy(cell: Cell): Set<string> {
  return new Set(
    cell.version.bindings.flatMap((b) =>
      b.kind === "service" || b.kind === "object" || b.kind === "workflow" ? [b.script] : [],
    ),
  );
}

/** A cell that cannot be reached has crashed or is ending: it is told again when it is back. */
async function send(cell: Cell, scripts: Scripts): Promise<Calls> {
  const peers = Object.fromEntries(
    [...calledBy(cell)].map((name) => [name, peer(scripts, cell.name.account, name)]),
  );
  const watched = (scripts.find(cell.name.account, cell.name.script)?.watchers.size ?? 0) > 0;
  try {
    return callsSchema.parse(await askLink(cell, "/peers", { peers, watched }, answerLimitMs));
  } catch (error) {
    if (error instanceof CellUnreachable) return {};
    throw error;
  }
}

function peer(scripts: Scripts, account: string, name: string): object {
  const script = scripts.find(account, name);
  if (script === undefined) return { state: "absent" };
  const awake = script.shares.flatMap(({ place: { cell, version }, percentage }) =>
    cell === undefined ? [] : [{ ...cell.address, version: version.id, weight: percentage }],
  );
  const sleeping =
    script.state === "live" ? script.shares.filter(({ place }) => place.cell === undefined) : [];
  return {
    state: sleeping.some(({ percentage }) => percentage > 0) ? "asleep" : script.state,
    services: awake,
    // a version at 0 % does not hold up the calls that go elsewhere
    sleeping: sleeping.map(({ place }) => place.version.id),
    objects: script.owner?.address ?? null,
  };
}
