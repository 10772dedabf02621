import { ApiError } from "../../http/service.ts";
import type { Binding, Version } from "../model.ts";
import { optionalText } from "./binding-members.ts";

export interface Inherited {
  readonly bindings: readonly Binding[];
  /** Sealed values that come with the bindings, by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Replaces `inherit` bindings by what the base version has under that name, and adds what `keep_bindings` keeps:
 * every binding of those types that the upload does not name. Throws 10057 for what cannot be inherited.
 */
export function inheritBindings(
  sent: readonly Binding[],
  keepTypes: readonly string[],
  base: Version | undefined,
): Inherited {
  const secrets: Record<string, string> = {};
  const bindings = sent.map((binding): Binding => {
    if (binding.type !== "inherit") return binding;
    const versionId = optionalText(binding, "version_id") ?? "latest";
    if (versionId !== "latest")
      throw invalid(
        binding,
        `'version_id' value '${versionId}' is invalid, only the literal 'latest' is supported by this API`,
      );
    const oldName = optionalText(binding, "old_name") ?? binding.name;
    const inherited = base?.bindings.find((candidate) => candidate.name === oldName);
    if (base === undefined || inherited === undefined)
      throw invalid(
        binding,
        base === undefined
          ? "the Worker has no version yet"
          : `the version ${base.id} has no binding of the name '${oldName}'`,
      );
    const secret = base.secrets[oldName];
    if (secret !== undefined) secrets[binding.name] = secret;
    return { ...inherited, name: binding.name };
  });
  const names = new Set(bindings.map((binding) => binding.name));
  for (const kept of base?.bindings ?? []) {
    if (!keepTypes.includes(kept.type) || names.has(kept.name)) continue;
    bindings.push(kept);
    const secret = base?.secrets[kept.name];
    if (secret !== undefined) secrets[kept.name] = secret;
  }
  return { bindings, secrets };
}

const invalid = (binding: Binding, why: string): ApiError =>
  new ApiError(400, 10057, `inherit binding '${binding.name}' is invalid: ${why}`);
