import { z } from "zod";
import { ApiError } from "../http/service.ts";

/** KV has a code of its own for each refusal; those not known here are sent as 10001 with KV's words. */
export const bad = (message: string, status = 400): ApiError => new ApiError(status, 10001, message);

const maximumKeyBytes = 512;
const maximumMetadataBytes = 1024;
export const maximumValueBytes = 25 * 1024 * 1024;
const minimumTtlSeconds = 60;

/** One pair of a bulk write. */
export const pair = z.object({
  key: z.string().min(1),
  value: z.string(),
  base64: z.boolean().nullish(),
  expiration: z.number().int().nullish(),
  expiration_ttl: z.number().int().nullish(),
  metadata: z.unknown().optional(),
});

export function requireLegalKey(key: string): void {
  if (key === "." || key === "..") throw bad(`Illegal key name "${key}". Please use a different name.`);
  const sizeBytes = Buffer.byteLength(key);
  if (sizeBytes > maximumKeyBytes)
    throw bad(`UTF-8 encoded length of ${sizeBytes} exceeds key length limit of ${maximumKeyBytes}.`, 414);
}

/** Everything that KV would refuse of a pair, so that a bulk write is refused before its first pair is written. Returns the value. */
export function legalValue(sent: z.infer<typeof pair>): Buffer {
  const { key, expiration, expiration_ttl: ttl } = sent;
  requireLegalKey(key);
  const at = (what: string, status = 400): ApiError => bad(`put ${JSON.stringify(key)}: ${what}`, status);
  if (sent.base64 === true && !z.base64().safeParse(sent.value).success)
    throw at("could not base64-decode the value");
  const value = Buffer.from(sent.value, sent.base64 === true ? "base64" : "utf8");
  if (value.length > maximumValueBytes)
    throw at(`Value length of ${value.length} exceeds limit of ${maximumValueBytes}.`, 413);
  const metadataBytes = Buffer.byteLength(JSON.stringify(sent.metadata ?? ""));
  if (metadataBytes > maximumMetadataBytes)
    throw at(`Metadata length of ${metadataBytes} exceeds limit of ${maximumMetadataBytes}.`, 413);
  if (ttl != null && ttl < minimumTtlSeconds)
    throw at(`Invalid expiration_ttl of ${ttl}. Expiration TTL must be at least ${minimumTtlSeconds}.`);
  if (ttl == null && expiration != null && expiration < Date.now() / 1000 + minimumTtlSeconds)
    throw at(
      `Invalid expiration of ${expiration}. Expiration times must be at least ${minimumTtlSeconds} seconds in the future.`,
    );
  return value;
}
