import type { Raw } from "../../declare/index.ts";
import type { inputs } from "../cloudflare.ts";

/** Members that the provider takes as a text with JSON in it. */
const asText = ["json", "algorithm", "key_jwk"];

/** A binding as the API spells it, as the provider spells it: `namespace_id` is `namespaceId`, also further in. */
export function rawInput({ type, ...members }: Raw["binding"]): Omit<inputs.WorkerVersionBinding, "name"> {
  return {
    type,
    ...Object.fromEntries(
      Object.entries(members).map(([member, value]) => [
        camelCase(member),
        asText.includes(member) ? JSON.stringify(value) : respelled(value),
      ]),
    ),
  };
}

function respelled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(respelled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [camelCase(name), respelled(each)]));
}

const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
