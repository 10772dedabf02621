import type { Named } from "./named.ts";

/** A Workers KV namespace. */
export interface Kv extends Named {
  readonly kind: "kv";
  /** Ids of namespaces that already exist, by stage: they are taken over instead of created. */
  readonly adopt?: Readonly<Record<string, string>>;
}

/** Declares a KV namespace. */
export const kv = (name: string, options: Omit<Kv, "kind" | "name"> = {}): Kv => ({
  kind: "kv",
  name,
  ...options,
});
