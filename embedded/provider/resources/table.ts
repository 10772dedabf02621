import { type Facts, facts } from "../facts/facts.ts";
import type { Kind } from "../facts/kind.ts";
import { kinds } from "./index.ts";

/** A kind with its facts, and what can be worked out once. */
export interface Entry {
  readonly kind: Kind;
  readonly facts: Facts;
  /** Attributes that are in the path of the create call, or otherwise never in a body. */
  readonly skip: ReadonlySet<string>;
  /** Attributes that a refresh takes from the state. */
  readonly kept: ReadonlySet<string>;
}

/** By type token. Compiled once, when the process starts. */
export const table: ReadonlyMap<string, Entry> = new Map(kinds.map((kind) => [kind.token, compile(kind)]));

function compile(kind: Kind): Entry {
  const known = facts[kind.token];
  if (known === undefined) throw new Error(`facts.json has nothing about ${kind.token}`);
  const inPath = [...kind.create.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? "");
  return {
    kind,
    facts: known,
    skip: new Set([...inPath, ...(kind.notSent ?? [])]),
    kept: new Set([...inPath, ...(kind.notRead ?? [])]),
  };
}

/** The entry of a type, or why there is none. */
export function entryOf(type: string): Entry {
  const entry = table.get(type);
  if (entry !== undefined) return entry;
  if (
    type === "cloudflare:index/workersScript:WorkersScript" ||
    type === "cloudflare:index/workerScript:WorkerScript"
  ) {
    throw new Error(
      "WorkersScript is not used here: a script and its versions under one name must not change kind, because Pulumi would delete the " +
        "script, and with it the storage of its Durable Objects. Use Worker, WorkerVersion and WorkersDeployment instead.",
    );
  }
  throw new Error(
    `${type} is not served by the embedded Cloudflare. It knows ${[...table.keys()].map((token) => token.split(":")[2]).join(", ")}.`,
  );
}
