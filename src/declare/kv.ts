import type { Named } from "./named.ts";

/**
 * A Workers KV namespace.
 *
 * @example
 * const sessions: Kv = kv("sessions");
 */
export interface Kv extends Named {
  readonly kind: "kv";
  /** Ids of namespaces that already exist on a real account, by stage: they are taken over instead of created. @default - created */
  readonly adopt?: Readonly<Record<string, string>>;
}

/**
 * Declares a KV namespace.
 *
 * @example
 * const sessions = kv("sessions", { adopt: { prod: "0f2ac74b498b48028cb68387c421e279" } });
 */
export const kv = (name: string, options: Omit<Kv, "kind" | "name"> = {}): Kv => ({
  kind: "kv",
  name,
  ...options,
});
