import { ApiFailure } from "../client/http.ts";
import type { HookContext } from "../facts/kind.ts";
import { asBefore, keep } from "../plan/kept.ts";
import { changedPlan, plan, sameObject } from "../plan/plan.ts";
import type { Entry } from "../resources/table.ts";
import {
  isAbsent,
  isList,
  isObject,
  isUnknown,
  property,
  settled,
  type Value,
  type Values,
} from "../values/values.ts";
import { perform } from "./call.ts";
import { explained } from "./explain.ts";
import { completed, decode } from "./wire.ts";

export interface Deployed {
  readonly id: string;
  readonly outputs: Values;
}

/** The thing exists, but not all of its initialisation worked: the engine keeps it and tries again. */
export class InitFailed extends Error {
  readonly deployed: Deployed;
  constructor(deployed: Deployed, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "InitFailed";
    this.deployed = deployed;
  }
}

/** The plan of a kind: the general rules, then the kind's own. */
export async function planned(
  entry: Entry,
  inputs: Values,
  prior: Values | undefined,
  files: (path: string) => string,
): Promise<Values> {
  const { attributes } = entry.facts;
  const general = plan(attributes, inputs, prior);
  const own = entry.kind.hooks?.plan;
  if (own === undefined) return general;
  const whole = await own(general, inputs, prior, files);
  if (prior === undefined || !sameObject(attributes, general, prior) || sameObject(attributes, whole, prior))
    return whole;
  // what only the kind's own rules change changes the rest with it
  return own(changedPlan(attributes, inputs, prior), inputs, prior, files);
}

/** What the official provider keeps in its outputs beside the attributes. */
export function withIdentity(entry: Entry, id: string, values: Values): Values {
  return {
    ...values,
    ...(entry.facts.hasId && id !== "" && id !== noId ? { id } : {}),
    ...(entry.facts.schemaVersion === undefined
      ? {}
      : { __meta: JSON.stringify({ schema_version: entry.facts.schemaVersion }) }),
  };
}

/** The id of kinds that have none; the official provider's word. */
export const noId = "missing ID";

export async function create(entry: Entry, inputs: Values, context: HookContext): Promise<Deployed> {
  const { kind } = entry;
  const values = await planned(entry, inputs, undefined, context.files);
  const result = await explained(entry, values, context.api, () =>
    perform(entry, kind.create, values, undefined, context),
  );
  const id = idOf(entry, values, result);
  return finish(entry, id, values, result, context);
}

export async function update(
  entry: Entry,
  id: string,
  inputs: Values,
  prior: Values,
  context: HookContext,
): Promise<Deployed> {
  const { kind } = entry;
  const values = { ...(await planned(entry, inputs, prior, context.files)), id };
  if (kind.update === "none") return { id, outputs: withIdentity(entry, id, known(filled(values, prior))) };
  if (kind.update === "deleteAndCreate") {
    if (kind.delete !== "none")
      await ignoreMissing(perform(entry, kind.delete, { ...prior, id }, undefined, context));
    const result = await explained(entry, values, context.api, () =>
      perform(entry, kind.create, values, undefined, context),
    );
    return finish(entry, id, values, result, context);
  }
  const call = kind.update;
  const result = await explained(entry, values, context.api, () =>
    perform(entry, call, values, prior, context),
  );
  return finish(entry, id, values, result, context);
}

/** From here on the thing exists: whatever fails must not lose it. */
async function finish(
  entry: Entry,
  id: string,
  values: Values,
  result: Value,
  context: HookContext,
): Promise<Deployed> {
  const { attributes } = entry.facts;
  let outputs: Values = values;
  try {
    outputs = completed(
      attributes,
      values,
      decode(entry.kind, attributes, entry.kind.hooks?.answer?.(result, values) ?? result),
    );
    outputs = (await entry.kind.hooks?.after?.(outputs, values, context)) ?? outputs;
  } catch (error) {
    throw new InitFailed({ id, outputs: withIdentity(entry, id, known(outputs)) }, error);
  }
  return { id, outputs: withIdentity(entry, id, known(outputs)) };
}

/** The state after a read, or undefined when the thing is gone. */
export async function read(
  entry: Entry,
  id: string,
  prior: Values,
  context: HookContext,
): Promise<Values | undefined> {
  const { kind } = entry;
  if (kind.read === "none") return withIdentity(entry, id, prior);
  let result: Value;
  try {
    result = await perform(entry, kind.read, { ...prior, id }, undefined, context);
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 404) return undefined;
    throw error;
  }
  const decoded = decode(kind, entry.facts.attributes, kind.hooks?.answer?.(result, prior) ?? result);
  const outputs = keep(decoded, prior, entry.kept);
  const restored = kind.hooks?.read?.(outputs, prior) ?? outputs;
  return withIdentity(entry, id, known(asBefore(entry.facts.attributes, restored, prior)));
}

export async function remove(entry: Entry, id: string, prior: Values, context: HookContext): Promise<void> {
  const { kind } = entry;
  if (kind.delete === "none") return;
  const call = kind.delete;
  await explained(entry, prior, context.api, () =>
    perform(entry, call, { ...prior, id }, undefined, context),
  );
}

function idOf(entry: Entry, values: Values, result: Value): string {
  const from = entry.kind.id;
  if (from === undefined) return noId;
  const id = from.startsWith("result.") ? property(result, from.slice("result.".length)) : values[from];
  if (typeof id === "string" && id !== "") return id;
  if (typeof id === "number") return String(id);
  throw new Error(`${entry.kind.token}: the API's answer has no id (${from})`);
}

/** Only the state changes: it is the plan, and what the service decided stays as it was. */
function filled(planned: Values, prior: Values): Values {
  const one = (value: Value, before: Value | undefined): Value => {
    if (isUnknown(value)) return before ?? null;
    if (isList(value)) return value.map((item, i) => one(item, isList(before) ? before[i] : undefined));
    return isObject(value) ? filled(value, isObject(before) ? before : {}) : value;
  };
  return Object.fromEntries(Object.entries(planned).map(([name, value]) => [name, one(value, prior[name])]));
}

function known(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const kept = isAbsent(value) || isUnknown(value) ? null : settled(value);
      return kept === null ? [] : [[name, kept]];
    }),
  );
}

async function ignoreMissing(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ApiFailure && error.status === 404)) throw error;
  }
}
