import { z } from "zod";
import { isSignatureOver, signatureOver } from "../../artefact/ed25519.ts";
import type { Head } from "./head.ts";

const key = z.strictObject({
  /** The public half: SPKI, base64. */
  key: z.string(),
  /** From when on the stage signs with it, ISO 8601. @default - it was made before anybody noted when */
  since: z.iso.datetime().optional(),
});

/** The keys that a stage has signed with, the newest last. */
export const stageKeys = z.array(key).readonly();
export type StageKeys = z.infer<typeof stageKeys>;

/** What a head's signature says of it. */
export type Signed =
  | { readonly kind: "signed" }
  /** Nobody vouches for it, and nobody could: `noKey` the stage has none, `before` it is older than the key, `worker` a worker has no key. */
  | { readonly kind: "unsigned"; readonly why: "noKey" | "before" | "worker" }
  /** It has none, and should. */
  | { readonly kind: "missing" }
  /** It says that a worker wrote it, and the stage has none that does. */
  | { readonly kind: "noWorker" }
  /** The stage's key did not sign this. */
  | { readonly kind: "wrong" };

/** In the order in which a head is written, so that its text is the same each time. */
const textOf = ({ signature: _, ...head }: Head): string => JSON.stringify(head);

/** @param privateKey PKCS #8, base64 */
export const signed = (head: Head, privateKey: string): Head => ({
  ...head,
  signature: signatureOver(privateKey, textOf(head)),
});

/** What is known of the stage whose backup it is. */
export interface Signing {
  readonly keys: StageKeys;
  /** Whether an older backup of the stage is signed: then there was a key. */
  readonly isBehindSigned: boolean;
  /** Whether a worker writes backups of the stage: what says so elsewhere is somebody else's. */
  readonly hasWorker: boolean;
}

export function signatureOf(head: Head, { keys, isBehindSigned, hasWorker }: Signing): Signed {
  const then = keys.findLast(({ since }) => since === undefined || timeOf(since) <= timeOf(head.startedAt));
  if (head.signature !== undefined) {
    const { signature } = head;
    // One that was begun in the second of a renewal may have either.
    const tried = keys.filter((each) => each === then || isNear(each.since, head.startedAt));
    if (tried.some((each) => isSignatureOver(each.key, textOf(head), signature))) return { kind: "signed" };
    return keys.length === 0 ? { kind: "unsigned", why: "noKey" } : { kind: "wrong" };
  }
  if (keys.length === 0) return { kind: "unsigned", why: "noKey" };
  if (then === undefined || (then.since === undefined && !isBehindSigned))
    return { kind: "unsigned", why: "before" };
  if (head.by === "worker") return hasWorker ? { kind: "unsigned", why: "worker" } : { kind: "noWorker" };
  return { kind: "missing" };
}

const timeOf = (text: string): number => Date.parse(text);

const isNear = (since: string | undefined, startedAt: string): boolean =>
  since !== undefined && Math.abs(timeOf(since) - timeOf(startedAt)) < 60_000;
