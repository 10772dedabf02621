import { secretSignature, signatureKey } from "../../../src/engine/property-values.ts";
import { isObject, type Value } from "./values.ts";

/** Marks a value as secret in what is sent to the engine. */
export const secret = (value: Value): Value =>
  isSecret(value) ? value : { [signatureKey]: secretSignature, value };
export const isSecret = (value: Value): boolean => isObject(value) && value[signatureKey] === secretSignature;
