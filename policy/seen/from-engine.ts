import {
  outputSignature,
  secretSignature,
  signatureKey,
  unknownValues,
} from "../../src/engine/property-values.ts";
import { type Props, unknown, type Value } from "./values.ts";

/** What an encrypted value is, that nobody here can read. */
const isSealed = (value: object): boolean => "ciphertext" in value && !("plaintext" in value);

/** A property as the engine or a state writes it → as a rule sees it: secrets opened, what is not known marked. */
export function seenValue(value: unknown): Value {
  if (typeof value === "string") return unknownValues.has(value) ? unknown : value;
  if (typeof value === "number" || typeof value === "boolean" || value === null || value === undefined)
    return value;
  if (Array.isArray(value)) return value.map(seenValue);
  if (typeof value !== "object") return undefined;
  const signature: unknown = Object.hasOwn(value, signatureKey)
    ? Object.entries(value).find(([key]) => key === signatureKey)?.[1]
    : undefined;
  switch (signature) {
    case undefined:
      return propsOf(value);
    case secretSignature:
      if (isSealed(value)) return unknown;
      // In a state a secret's value is text of JSON, between engine and pack it is the value itself.
      if ("plaintext" in value) return seenValue(parsed(value.plaintext));
      return "value" in value ? seenValue(value.value) : undefined;
    case outputSignature:
      return "value" in value ? seenValue(value.value) : unknown;
    default:
      // Assets, archives and references to resources: what a rule wants to know of them stands in their properties.
      return propsOf(value);
  }
}

/** All properties of a resource. */
export const propsOf = (value: object): Props =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== signatureKey)
      .map(([key, each]): [string, Value] => [key, seenValue(each)]),
  );

/** What a text of JSON holds; anything else as it is. */
export function parsed(text: unknown): unknown {
  if (typeof text !== "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
