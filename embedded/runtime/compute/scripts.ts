import type { ScriptName, Trace, VersionSpec } from "../compute.ts";
import type { Cell } from "./cell/cell.ts";

/** A deployed version: running, or asleep until somebody asks for it. */
export interface Place {
  readonly version: VersionSpec;
  cell: Cell | undefined;
  /** While it wakes up. */
  waking: Promise<Cell> | undefined;
}

export interface Share {
  readonly place: Place;
  /** All of a script add up to 100. At 0 it answers only who asks for it by its id. */
  readonly percentage: number;
}

/** One script as the front door and the other cells see it. */
export interface Script {
  readonly name: ScriptName;
  /** Where stateless code runs; empty while nothing is deployed. Oldest version first. */
  shares: readonly Share[];
  /** Versions that somebody looked at by their preview addresses, beside those that are deployed. */
  previews: readonly Place[];
  /** Where its Durable Objects live; undefined without classes, and while they change hands. */
  owner: Cell | undefined;
  /** `starting` also while a first deployment is under way: requests wait. */
  state: "live" | "starting" | "absent";
  subdomainEnabled: boolean;
  /** Who hears of its invocations. */
  readonly watchers: Set<(trace: Trace) => void>;
  /** Settled when `state` left `starting`. */
  opened: Promise<void>;
  readonly open: { resolve: () => void };
  /** Deployments of one script come one after another. */
  turn: Promise<unknown>;
}

/** All scripts of all accounts. */
export interface Scripts {
  readonly find: (account: string, script: string) => Script | undefined;
  readonly findOrAdd: (name: ScriptName) => Script;
  readonly byHost: (accountName: string, script: string) => Script | undefined;
  readonly all: () => readonly Script[];
}

export function scriptTable(): Scripts {
  const table = new Map<string, Script>();
  const key = (account: string, script: string): string => `${account}/${script}`;
  return {
    find: (account, script) => table.get(key(account, script)),
    findOrAdd: (name) => {
      const known = table.get(key(name.account, name.script));
      if (known !== undefined) return known;
      const script: Script = {
        name,
        shares: [],
        previews: [],
        owner: undefined,
        state: "absent",
        subdomainEnabled: false,
        watchers: new Set(),
        opened: Promise.resolve(),
        open: { resolve: () => {} },
        turn: Promise.resolve(),
      };
      table.set(key(name.account, name.script), script);
      return script;
    },
    byHost: (accountName, script) =>
      [...table.values()].find(
        (s) => s.name.script === script && s.name.accountName.toLowerCase() === accountName,
      ),
    all: () => [...table.values()],
  };
}

/** From here on requests wait for the script. */
export function markStarting(script: Script): void {
  if (script.state !== "absent") return;
  script.state = "starting";
  script.opened = new Promise((resolve) => {
    script.open.resolve = resolve;
  });
}

export function settle(script: Script): void {
  script.state = script.shares.length > 0 ? "live" : "absent";
  script.open.resolve();
}
