import { z } from "zod";
import { canonicalDigest, canonicalText } from "../approvals/change.ts";
import { isSignatureOver, signatureOver } from "./ed25519.ts";

/** That a stage serves what a system was built to, alone, and since when. */
const served = z.strictObject({
  digest: z.string(),
  /** ISO 8601: the end of the `up` that brought it. */
  servedAt: z.string(),
  /** `<user>@<machine>` of that `up`. */
  by: z.string(),
  /** What git had checked out, where nothing was changed beside it. */
  commit: z.string().optional(),
});
export type Served = Readonly<z.infer<typeof served>>;

/** What a stage serves, as it is signed. A system of which two versions serve, or an older one, is not in it. */
export const record = z.strictObject({
  /** Pulumi's name of the project, and the stage's. */
  project: z.string(),
  stage: z.string(),
  systems: z.record(z.string(), served),
});
export type ArtefactRecord = Readonly<z.infer<typeof record>>;

/** The record with its signature, as it stands in a stack's outputs and in the stack file of the stage that it is promoted to. */
export const signedRecord = record.extend({
  /** Ed25519 over the canonical JSON of the rest, base64. @default - the stage has no key */
  signature: z.string().optional(),
});
export type SignedRecord = Readonly<z.infer<typeof signedRecord>>;

/** A stack's output `artefact`. */
export const artefactOutput = signedRecord.extend({
  /** Of all systems together. */
  digest: z.string(),
  /** System → part → digest: what each system's digest is made of. */
  parts: z.record(z.string(), z.record(z.string(), z.string())),
});
export type ArtefactOutput = Readonly<z.infer<typeof artefactOutput>>;

/** Of everything that a stage serves. */
export const digestOfRecord = ({ systems }: Pick<ArtefactRecord, "systems">): string =>
  canonicalDigest(Object.fromEntries(Object.entries(systems).map(([name, { digest }]) => [name, digest])));

const textOf = ({ project, stage, systems }: ArtefactRecord): string =>
  canonicalText({ format: "lockstep-artefact/1", project, stage, systems });

/** @param privateKey PKCS #8, base64 */
export const signedBy = (privateKey: string, written: ArtefactRecord): string =>
  signatureOver(privateKey, textOf(written));

/** Whether the holder of the key signed exactly this. @param publicKey SPKI, base64 */
export const isSignedBy = (publicKey: string, { signature, ...written }: SignedRecord): boolean =>
  signature !== undefined && isSignatureOver(publicKey, textOf(written), signature);
