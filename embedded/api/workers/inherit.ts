import { ApiError } from "../service.ts";
import { optionalText } from "./bindings.ts";
import type { Binding, Version } from "./model.ts";

export interface Inherited {
  readonly bindings: readonly Binding[];
  /** Sealed values that come with the bindings, by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Replaces `inherit` bindings by what an earlier version has under that name, and adds what `keep_bindings` keeps:
 * every binding of those types that the upload does not name. `versionOf` finds the version of an `inherit` with a `version_id`.
 */
export function inheritBindings(
  sent: readonly Binding[],
  keepTypes: readonly string[],
  latest: Version | undefined,
  versionOf: (id: string) => Version,
): Inherited {
  const secrets: Record<string, string> = {};
  const bindings = sent.map((binding): Binding => {
    if (binding.type !== "inherit") return binding;
    const id = optionalText(binding, "version_id");
    const from = id === undefined || id === "latest" ? latest : versionOf(id);
    const oldName = optionalText(binding, "old_name") ?? binding.name;
    const found = from?.bindings.find((candidate) => candidate.name === oldName);
    if (from === undefined || found === undefined)
      throw new ApiError(
        400,
        10057,
        `Cannot inherit binding '${binding.name}': ${from === undefined ? "the Worker has no version yet" : `the version ${from.id} has no binding of the name '${oldName}'`}.`,
      );
    const secret = from.secrets[oldName];
    if (secret !== undefined) secrets[binding.name] = secret;
    return { ...found, name: binding.name };
  });
  const names = new Set(bindings.map((binding) => binding.name));
  for (const kept of latest?.bindings ?? []) {
    if (!keepTypes.includes(kept.type) || names.has(kept.name)) continue;
    bindings.push(kept);
    const secret = latest?.secrets[kept.name];
    if (secret !== undefined) secrets[kept.name] = secret;
  }
  return { bindings, secrets };
}
