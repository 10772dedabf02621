import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backupShape } from "../../backup/settings.ts";
import { emptyHead, drilled as entry, noteBackup, noteDrill } from "../../backup/testing/drilled.ts";
import { stageOf } from "../../project/stage.ts";
import { withoutProof } from "./proven.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-proven-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const backup = backupShape.parse({ recipients: [`age1${"q".repeat(58)}`], provenWithinDays: 3 });
const prod = {
  stage: stageOf({ name: "prod", protected: true }),
  target: { kind: "cloudflare", accountId: "a" },
  backup,
  publicKeys: [],
} as const;
const used = [{ resource: "shop/orders" }];
const now = new Date("2026-11-30T12:00:00Z");
const said = async (settings: Parameters<typeof withoutProof>[0] = prod, approved = used) =>
  (await withoutProof(settings, approved, { root, env: {} }, now)).map(({ got }) => got);

const drilled = (takenAt: string, proven: boolean): void =>
  noteDrill(
    join(root, "backups", "cloudflare", "prod"),
    entry(takenAt, { proven, databases: [], findings: proven ? [] : ["damaged"] }),
  );

test("an approved loss in a protected stage is refused without a backup, with an old one, and with an unfit one", async () => {
  expect(await said()).toEqual(["there is no backup"]);
  drilled("2026-11-26T12:00:00Z", true);
  expect((await said()).join()).toContain("4.0 days old, which is too long ago");
  drilled("2026-11-29T12:00:00Z", false);
  expect((await said()).join()).toContain("unfit: damaged");
  drilled("2026-11-30T11:00:00Z", true);
  expect(await said()).toEqual([]);
});

test("a backup that the stage's key did not sign is no proof", async () => {
  const folder = join(root, "backups", "cloudflare", "prod");
  const head = emptyHead("2026-11-30T11:00:00Z");
  const digest = noteBackup(folder, head);
  noteDrill(folder, entry(head.startedAt, { backup: head.name, digest }));
  expect(await said()).toEqual([]);
  const publicKeys = [{ key: "another", since: "2026-11-01T00:00:00Z" }];
  expect((await said({ ...prod, publicKeys })).join()).toContain(
    "it has no signature, though the stage had its key",
  );
});

test("nothing is asked where nothing is lost, where data can be made again, and where no backups are configured", async () => {
  expect(await said(prod, [])).toEqual([]);
  expect(await said({ ...prod, stage: stageOf({ name: "dev" }) })).toEqual([]);
  expect(await said({ ...prod, backup: undefined })).toEqual([]);
});

test("a bucket that nobody can look into proves nothing, whatever this machine has", async () => {
  const to = { bucket: "backups", accountId: "0".repeat(32) };
  const [got = ""] = await said({ ...prod, backup: { ...backup, to } });
  expect(got).toContain("nobody knows of any");
  expect(got).toContain("its keys are missing");
});
