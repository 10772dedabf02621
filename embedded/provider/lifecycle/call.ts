import type { Call, HookContext } from "../facts/kind.ts";
import type { Entry } from "../resources/table.ts";
import { text, type Value, type Values } from "../values/values.ts";
import { encode } from "./wire.ts";

/** Makes one call of a kind: path, headers and body from the values. Returns the answer's result. */
export async function perform(
  entry: Entry,
  call: Call,
  values: Values,
  prior: Values | undefined,
  context: HookContext,
): Promise<Value> {
  const path = fill(entry, call.path, values);
  const headers = call.headers?.(values);
  const query = call.query?.(values);
  const writes = call.method !== "GET" && call.method !== "DELETE" && call.body !== "none";
  const options = {
    ...(headers === undefined ? {} : { headers }),
    ...(query === undefined ? {} : { query }),
  };
  if (call.method === "GET" && entry.kind.hooks?.fetch !== undefined)
    return entry.kind.hooks.fetch(path, context);
  if (!writes) return context.api.call(call.method, path, options);
  if (entry.kind.hooks?.send !== undefined) return entry.kind.hooks.send(path, values, context);
  const whole = encode(entry.kind, entry.facts.attributes, entry.skip, values, prior);
  const body = (await entry.kind.hooks?.body?.(whole, values, context)) ?? whole;
  return context.api.call(call.method, path, { ...options, json: body });
}

function fill(entry: Entry, path: string, values: Values): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = text(values, name);
    if (value === undefined || value === "")
      throw new Error(`${entry.kind.token}: "${name}" is not known, and ${path} needs it`);
    return encodeURIComponent(value);
  });
}
