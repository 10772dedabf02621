import type { AiGateway } from "./ai-gateway.ts";
import type { D1 } from "./d1.ts";
import type { Kv } from "./kv.ts";
import type { Queue } from "./queue.ts";
import type { R2 } from "./r2.ts";

/** What the engine imports when it is taken over. An index is taken over by its own provider, and a Hyperdrive configuration cannot be: nobody can read its password. */
export type Adoptable = AiGateway | D1 | Kv | Queue | R2;

/** Kinds that have no id but their name, which can be given again: their import is asked for only while the state has none. */
export const importedOnce: ReadonlySet<Adoptable["kind"]> = new Set(["aiGateway", "r2"]);

/** What a store that is taken over is known by in its account: buckets of two jurisdictions may have one name, and a gateway has no id but its name. */
export function adoptedKey(store: Adoptable, id: string): string {
  switch (store.kind) {
    case "r2":
      return `${store.jurisdiction ?? "default"}/${id}`;
    case "aiGateway":
      return `gateway/${id}`;
    case "d1":
    case "kv":
    case "queue":
      return id;
    default:
      return store satisfies never;
  }
}
