import { createHash } from "node:crypto";

/** `sha256:<hex>`. */
export const checksum = (bytes: Uint8Array | string): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
