import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { type Head, headShape } from "./head.ts";
import { type Signing, type StageKeys, signatureOf, signed } from "./signature.ts";

const pair = () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    private: privateKey.export({ type: "pkcs8", format: "der" }).toString("base64"),
    key: publicKey.export({ type: "spki", format: "der" }).toString("base64"),
  };
};
const [first, second] = [pair(), pair()];
const headAt = (startedAt: string): Head => ({
  format: "lockstep-backup/1",
  name: "20261130T120000Z",
  stage: "prod",
  target: "cloudflare",
  accountId: "a",
  startedAt,
  endedAt: startedAt,
  previous: null,
  files: [{ name: "manifest.age", bytes: 1, sha256: "0" }],
});
const [before, during, after] = [
  "2026-11-01T00:00:00.000Z",
  "2026-11-10T00:00:00.000Z",
  "2026-11-20T00:00:00.000Z",
];
const keys = [
  { key: first.key, since: "2026-11-05T00:00:00.000Z" },
  { key: second.key, since: "2026-11-15T00:00:00.000Z" },
];

const knowing = (of: StageKeys, isBehindSigned: boolean): Signing => ({
  keys: of,
  isBehindSigned,
  hasWorker: false,
});

test("a head is verified by the key of its time, also after a key was exchanged, and read back from its file", () => {
  const written = signed(headAt(during), first.private);
  const read = headShape.parse(JSON.parse(JSON.stringify(written)));
  expect(signatureOf(read, knowing(keys, true))).toEqual({ kind: "signed" });
  expect(signatureOf(signed(headAt(after), second.private), knowing(keys, true))).toEqual({ kind: "signed" });
  // Somebody who found the key that was given up signs with it today.
  expect(signatureOf(signed(headAt(after), first.private), knowing(keys, true))).toEqual({ kind: "wrong" });
});

test("whatever is changed in a signed head is seen", () => {
  const written = signed(headAt(during), first.private);
  for (const other of [
    { stage: "dev" },
    { startedAt: after },
    { files: [] },
    { previous: { name: "x", digest: "y" } },
    { by: "worker" as const },
    { signature: "" },
    { signature: "no base64 at all" },
  ])
    expect(signatureOf({ ...written, ...other }, knowing(keys, true))).toEqual({ kind: "wrong" });
});

test("a head without a signature is refused where the stage had a key, and told where it had none", () => {
  expect(signatureOf(headAt(during), knowing(keys, false))).toEqual({ kind: "missing" });
  expect(signatureOf(headAt(before), knowing(keys, false))).toEqual({ kind: "unsigned", why: "before" });
  expect(signatureOf(headAt(during), knowing([], false))).toEqual({ kind: "unsigned", why: "noKey" });
  const byWorker = { ...headAt(during), by: "worker" as const };
  expect(signatureOf(byWorker, { ...knowing(keys, true), hasWorker: true })).toEqual({
    kind: "unsigned",
    why: "worker",
  });
  expect(signatureOf(byWorker, knowing(keys, true))).toEqual({ kind: "noWorker" });
  // What a worker wrote before there was a key is no other than what a command wrote then.
  expect(signatureOf({ ...headAt(before), by: "worker" }, knowing(keys, true))).toEqual({
    kind: "unsigned",
    why: "before",
  });
});

test("of a key that nobody noted the time of, the first signed backup tells since when there was one", () => {
  const timeless = [{ key: first.key }];
  expect(signatureOf(headAt(during), knowing(timeless, false))).toEqual({ kind: "unsigned", why: "before" });
  expect(signatureOf(headAt(during), knowing(timeless, true))).toEqual({ kind: "missing" });
});
