import type { D1 } from "./d1.ts";
import type { Kv } from "./kv.ts";
import type { Queue } from "./queue.ts";
import type { R2 } from "./r2.ts";

/** What can be taken over. */
export type Adoptable = D1 | Kv | Queue | R2;

/** What a store that is taken over is known by in its account: buckets of two jurisdictions may have one name. */
export const adoptedKey = (store: Adoptable, id: string): string =>
  store.kind === "r2" ? `${store.jurisdiction ?? "default"}/${id}` : id;
