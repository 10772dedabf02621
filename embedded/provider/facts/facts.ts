import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Value } from "../values/values.ts";

/** What the official provider does with one attribute. Names are Pulumi's (camelCase). */
export interface Attribute {
  readonly type: "string" | "number" | "integer" | "boolean" | "any" | "object" | "list" | "set" | "map";
  /** Of the elements, when they are plain values. */
  readonly items?: "string" | "number" | "boolean" | undefined;
  /** The properties of an object, or of each element. */
  readonly of?: Attributes | undefined;
  /** `computedOptional`: the service decides when the program does not say. */
  readonly mode: "required" | "optional" | "computed" | "computedOptional";
  /** A change makes a new resource; `ifConfigured` only when the program sets the attribute. */
  readonly replace?: "always" | "ifConfigured" | undefined;
  /** A plan keeps the computed value of the state instead of calling it unknown. */
  readonly keepState?: boolean | undefined;
  readonly default?: Value | undefined;
  readonly secret?: boolean | undefined;
  /** A point in time, kept to the second. */
  readonly time?: boolean | undefined;
  /** Text that holds JSON: it travels as what it says, and two spellings of the same are equal. */
  readonly json?: boolean | undefined;
  /** Terraform's name, where it is not simply the snake_case of Pulumi's. */
  readonly terraform?: string | undefined;
  /** The SDK version that added it: never observed in a run of the official provider. */
  readonly since?: string | undefined;
}
export type Attributes = Readonly<Record<string, Attribute>>;

export interface Facts {
  readonly terraform: string;
  /** What the official provider writes as `__meta`, so that its own state upgrades leave our state alone. */
  readonly schemaVersion?: string | undefined;
  /** Whether the outputs have a property `id` beside the resource's id. */
  readonly hasId: boolean;
  readonly attributes: Attributes;
}

const value: z.ZodType<Value> = z.json();
const attribute: z.ZodType<Attribute> = z.strictObject({
  type: z.enum(["string", "number", "integer", "boolean", "any", "object", "list", "set", "map"]),
  items: z.enum(["string", "number", "boolean"]).optional(),
  get of() {
    return z.record(z.string(), attribute).optional();
  },
  mode: z.enum(["required", "optional", "computed", "computedOptional"]),
  replace: z.enum(["always", "ifConfigured"]).optional(),
  keepState: z.boolean().optional(),
  default: value.optional(),
  secret: z.boolean().optional(),
  time: z.boolean().optional(),
  json: z.boolean().optional(),
  terraform: z.string().optional(),
  since: z.string().optional(),
});

const file = z.strictObject({
  about: z.string(),
  kinds: z.record(
    z.string(),
    z.strictObject({
      terraform: z.string(),
      schemaVersion: z.string().optional(),
      hasId: z.boolean(),
      attributes: z.record(z.string(), attribute),
    }),
  ),
});

/** By type token, such as `cloudflare:index/d1Database:D1Database`. */
export const facts: Readonly<Record<string, Facts>> = file.parse(
  JSON.parse(readFileSync(new URL("./facts.json", import.meta.url), "utf8")),
).kinds;

/** `readReplication` → `read_replication`, as Terraform and most of the API write it. */
export const snakeCase = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
