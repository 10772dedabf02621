import type { State } from "../../../state.ts";
import { ApiError } from "../../http/service.ts";
import type { Binding, Worker } from "../model.ts";
import { invalid } from "./binding-members.ts";
import { typeOf } from "./binding-types.ts";
import type { OwnClasses } from "./targets.ts";

const maximumTextBytes = 5 * 1024;

export const isSecret = (binding: Binding): boolean => typeOf(binding).secret !== undefined;

/** Every object has these already, `env` too: a binding of such a name would hide a member, or be hidden by it. */
export function requireFreeNames(bindings: readonly Binding[]): void {
  for (const { name } of bindings)
    if (name in Object.prototype)
      throw invalid(`binding name ${JSON.stringify(name)} is a member of every object`);
}

/** Refuses what no version can be made of: unknown types, members that are missing, one name twice. */
export function requireWellFormed(bindings: readonly Binding[]): void {
  const names = new Set<string>();
  for (const binding of bindings) {
    const { name, type } = binding;
    const { required: members, wrong, here } = typeOf(binding);
    if (here === "refused")
      throw invalid(
        `binding ${name} of type ${type} belongs to Workers in the service-worker format, which the embedded Cloudflare does not run: import the file as a module`,
      );
    if (names.has(name)) throw invalid(`binding name ${JSON.stringify(name)} is used more than once`);
    names.add(name);
    for (const member of members)
      if (binding[member] === undefined || binding[member] === null || binding[member] === "")
        if (!(type === "plain_text" || type === "secret_text") || typeof binding[member] !== "string")
          throw invalid(`binding ${name} of type ${type} must have a valid \`${member}\` specified`);
    const value = binding["text"];
    if (members.includes("text") && typeof value !== "string")
      throw invalid(`binding ${name} of type ${type} must have a valid \`text\` specified`);
    if (typeof value === "string" && Buffer.byteLength(value) > maximumTextBytes)
      throw new ApiError(
        400,
        10054,
        `Text binding '${name}' is too large: it has ${Buffer.byteLength(value)} bytes, the limit is 5.1 kB.`,
      );
    const more = wrong?.(binding);
    if (more !== undefined) throw invalid(`binding ${name} of type ${type} ${more}`);
  }
}

/** The binding without its secret, and the secret as text. */
export function withoutSecret(binding: Binding): {
  readonly shown: Binding;
  readonly secret: string | undefined;
} {
  const members = typeOf(binding).secret;
  if (members === undefined) return { shown: binding, secret: undefined };
  const shown = { ...binding };
  const kept: Record<string, unknown> = {};
  for (const member of members) {
    if (shown[member] !== undefined) kept[member] = shown[member];
    delete shown[member];
  }
  const text = kept["text"];
  return { shown, secret: typeof text === "string" ? text : JSON.stringify(kept) };
}

/**
 * What each binding means at the time of the upload: binding name → the id of its store or namespace.
 * Throws Cloudflare's refusal for the first binding of something that does not exist.
 */
export function resolveTargets(
  state: State,
  worker: Worker,
  bindings: readonly Binding[],
  own: OwnClasses,
): Readonly<Record<string, string>> {
  const targets: Record<string, string> = {};
  for (const binding of bindings) {
    const target = typeOf(binding).target?.(state, worker, binding, own);
    if (target !== undefined) targets[binding.name] = target;
  }
  return targets;
}
