import { declaredHere } from "../declared-at.ts";
import type { Named } from "../named.ts";
import { named, type Shapes, shaped } from "../shaped.ts";

/**
 * A Workers KV namespace.
 *
 * @example
 * const sessions: Kv = kv("sessions");
 */
export interface Kv extends Named {
  readonly kind: "kv";
  /**
   * Ids of namespaces that exist already, by stage: one that the account has is taken over with its values, on both targets.
   * Where it has none of this id a new one is created, and that is said. @default - created
   */
  readonly adopt?: Readonly<Record<string, string>>;
}

const shapes: Shapes<Kv> = { ...named, adopt: ["group"] };

/**
 * Declares a KV namespace.
 *
 * @example
 * const sessions = kv("sessions", { adopt: { prod: "0f2ac74b498b48028cb68387c421e279" } });
 */
export const kv = (name: string, options: Omit<Kv, "kind" | "name"> = {}): Kv =>
  declaredHere(
    shaped(shapes, {
      kind: "kv",
      name,
      ...options,
    }),
  );
