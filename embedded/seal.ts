import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../src/files/write-whole.ts";

const keys = new Map<string, Buffer>();

/** The data folder's own key, made at first use and readable by its owner alone. Whoever copies only the state has no secrets. */
function keyOf(dataDir: string): Buffer {
  const known = keys.get(dataDir);
  if (known !== undefined) return known;
  const file = join(dataDir, "secrets.key");
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true });
    writeWhole(file, randomBytes(32), 0o600);
  }
  const key = readFileSync(file);
  keys.set(dataDir, key);
  return key;
}

/** Encrypts a secret for the state file. */
export function seal(dataDir: string, secret: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", keyOf(dataDir), iv);
  const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64");
}

/** Throws when the data folder's key is not the one that it was sealed with. */
export function unseal(dataDir: string, sealed: string): string {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", keyOf(dataDir), bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
}

/** A JSON web token over the payload, for asset uploads. */
export function signJwt(dataDir: string, payload: object): string {
  const text = `${base64url({ alg: "HS256", typ: "JWT" })}.${base64url(payload)}`;
  return `${text}.${signature(dataDir, text)}`;
}

/** The payload, or undefined for a token that this data folder did not sign. */
export function verifyJwt(dataDir: string, token: string): unknown {
  const [header = "", payload = "", given = ""] = token.split(".");
  const expected = Buffer.from(signature(dataDir, `${header}.${payload}`));
  const received = Buffer.from(given);
  if (expected.length !== received.length || !timingSafeEqual(expected, received)) return undefined;
  return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const signature = (dataDir: string, text: string): string =>
  createHmac("sha256", keyOf(dataDir)).update(text).digest("base64url");
