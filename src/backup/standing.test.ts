import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterEach, beforeEach, expect, test } from "vitest";
import { overdueOf } from "./due.ts";
import { isProven, proofOf } from "./journal.ts";
import { backupFolder } from "./settings.ts";
import { standingOf, type Verified } from "./standing.ts";
import { brokenLinks, newestHead, newestWith } from "./store/heads.ts";
import { signed } from "./store/signature.ts";
import { takeBackup } from "./take.ts";
import { drilled, emptyHead, noteBackup, noteDrill } from "./testing/drilled.ts";

let root = "";
let folder = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-standing-"));
  folder = backupFolder(whose());
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const whose = (more: Partial<Verified> = {}): Verified => ({
  ...{ root, stage: "prod", target: "cloudflare", configured: undefined, keys: [] },
  ...more,
});

const day = (date: string): string => `2026-11-${date}T12:00:00Z`;
const now = new Date("2026-11-30T12:00:00Z");

/** What may become of the newest backup's head, and what is said of it. */
const garbled: Readonly<Record<string, readonly [(head: string) => void, string]>> = {
  "was cut off": [(head) => truncateSync(head, 30), "cannot be read: "],
  "is empty": [(head) => truncateSync(head, 0), "cannot be read: "],
  "is no text": [(head) => writeFileSync(head, Buffer.from([0, 255, 254, 13])), "cannot be read: "],
  "is of another format": [
    (head) => writeFileSync(head, readFileSync(head, "utf8").replace("backup/1", "backup/9")),
    "lockstep-backup/1",
  ],
  "is a folder": [
    (head) => {
      rmSync(head);
      mkdirSync(head);
    },
    "EISDIR",
  ],
  "is gone": [(head) => rmSync(head), "it has no head.json"],
  "is that of another": [
    (head) => writeFileSync(head, readFileSync(join(head, "../../20261128T120000Z/head.json"))),
    "its head.json is that of 20261128T120000Z",
  ],
};

for (const [what, [garble, said]] of Object.entries(garbled))
  test(`a backup whose head ${what} is named and proves nothing, and the others are as they were`, async () => {
    noteBackup(folder, emptyHead(day("28"), { files: [{ name: "objects.list", bytes: 1, sha256: "0" }] }));
    const digest = noteBackup(folder, emptyHead(day("29")));
    noteDrill(folder, drilled(day("29"), { digest }));
    expect(isProven(proofOf(whose(), now))).toBe(true);
    garble(join(folder, "20261129T120000Z", "head.json"));

    expect(standingOf(whose())).toMatchObject({
      sound: [{ head: { name: "20261128T120000Z" } }],
      faults: [{ name: "20261129T120000Z", kind: "unreadable", why: expect.stringContaining(said) }],
    });
    expect(proofOf(whose(), now)).toMatchObject({ kind: "refuted", why: expect.stringContaining(said) });
    expect(overdueOf(whose({ configured: scheduled }), now)).toMatchObject({
      dueAt: "2026-11-29T03:00:00.000Z",
    });
    expect(newestWith(folder, "objects.list")?.head.name).toBe("20261128T120000Z");

    const next = await takeBackup([], {
      ...{ folder, stage: "prod", target: "cloudflare", accountId: "a", tool: "test", now },
      ...{ recipients: [await identityToRecipient(await generateX25519Identity())] },
      ...{ versions: {}, notInBackup: [], say: () => {} },
    });
    expect(next.head.previous?.name).toBe("20261128T120000Z");
    expect(newestHead(folder)?.head.name).toBe("20261130T120000Z");
    expect(brokenLinks(folder)).toEqual([]);
  });

const scheduled = { recipients: [`age1${"q".repeat(58)}`], schedule: "0 3 * * sun" };

test("a backup that the stage's key did not sign proves nothing, is no backup that came when it was due, and leaves the proof of another one be", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const keys = [{ key: publicKey.export({ type: "spki", format: "der" }).toString("base64") }];
  const key = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
  const own = noteBackup(folder, signed(emptyHead(day("25")), key));
  noteDrill(folder, drilled(day("25"), { backup: "20261125T120000Z", digest: own }));
  const other = noteBackup(folder, { ...signed(emptyHead(day("29")), key), accountId: "b" });
  noteDrill(folder, drilled(day("29"), { digest: other }));

  expect(proofOf(whose(), now)).toMatchObject({ entry: { backup: "20261129T120000Z" } });
  const known = whose({ keys, configured: scheduled });
  expect(standingOf(known)).toMatchObject({
    sound: [{ head: { name: "20261125T120000Z" } }],
    faults: [{ name: "20261129T120000Z", kind: "forged", why: expect.stringContaining("did not make") }],
  });
  expect(proofOf(known, now)).toMatchObject({ kind: "proven", entry: { backup: "20261125T120000Z" } });
  expect(overdueOf(known, now)).toBeDefined();
  rmSync(join(folder, "20261125T120000Z"), { recursive: true });
  rmSync(join(folder, "journal", "2026-11-25T120000Z.json"));
  expect(proofOf(known, now)).toMatchObject({ kind: "refuted" });
});
