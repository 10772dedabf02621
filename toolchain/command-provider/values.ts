import {
  archiveSignature,
  assetSignature,
  secretSignature,
  signatureKey,
  unknownValue,
} from "../../src/engine/property-values.ts";

/** Property values as they travel: plain JSON in which a few shapes and one text have a meaning. */
export type Values = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Without the marks of secrets. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  if (value[signatureKey] === secretSignature) return withoutSecrets(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}

/** Whether anything inside is secret. */
export function holdsSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsSecret);
  return (
    isObject(value) && (value[signatureKey] === secretSignature || Object.values(value).some(holdsSecret))
  );
}

/** Shorter ones would hide half of what a command prints. */
const shortestHidden = 4;

/** The texts inside that are secret, whole and line by line. */
export function secretTexts(value: unknown, isSecret = false): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => secretTexts(item, isSecret));
  if (isObject(value)) {
    if (value[signatureKey] === secretSignature) return secretTexts(value.value, true);
    return Object.values(value).flatMap((item) => secretTexts(item, isSecret));
  }
  if (!isSecret || typeof value !== "string") return [];
  return [value, ...value.split("\n")].filter((text) => text.trim().length >= shortestHidden);
}

/** Whether anything inside is not known yet. */
export function holdsUnknown(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return value === unknownValue || (isObject(value) && Object.values(value).some(holdsUnknown));
}

export const secret = (value: unknown): Values => ({ [signatureKey]: secretSignature, value });
export const fileAsset = (path: string, hash: string): Values => ({
  [signatureKey]: assetSignature,
  path,
  hash,
});
export const archiveOf = (assets: Values): Values => ({ [signatureKey]: archiveSignature, assets });
