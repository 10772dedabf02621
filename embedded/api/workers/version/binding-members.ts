import { ApiError } from "../../http/service.ts";
import type { Binding } from "../model.ts";

/** Cloudflare's refusal of an upload whose bindings no version can be made of. */
export const invalid = (message: string): ApiError => new ApiError(400, 10021, message);

/** The string member of a binding; well-formedness was checked before. */
export function text(binding: Binding, member: string): string {
  const value = binding[member];
  if (typeof value !== "string")
    throw invalid(
      `binding ${binding.name} of type ${binding.type} must have a valid \`${member}\` specified`,
    );
  return value;
}

/** Like {@link text}, or undefined when it was not sent. */
export function optionalText(binding: Binding, member: string): string | undefined {
  const value = binding[member];
  if (value === undefined || value === null || value === "") return undefined;
  return text(binding, member);
}

/** D1 bindings come with `id` (scripts API, wrangler) or with `database_id` (versions API). */
export function databaseId(binding: Binding): string | undefined {
  const id = binding["id"] ?? binding["database_id"];
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** Byte order of the names, as the official provider sorts its own list before it merges by index. */
export const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
