import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type StoresApi, startStoresApi } from "../../embedded/contract/testing/stores-api.ts";
import type { Account } from "../../src/backup/account.ts";
import { databaseFor, endpointOf } from "../../src/backup/databases.ts";
import { type ReadHead, readHead } from "../../src/backup/store/head.ts";
import { foldersIn, newestHead } from "../../src/backup/store/heads.ts";
import { openBackup } from "../../src/backup/store/open.ts";
import { rows } from "../../src/migrations/database/database.ts";
import { queryDatabase } from "../../src/migrations/database/transports.ts";
import { random } from "../migrations/testing/schedule.ts";
import { sweepLength } from "../suite/sweep-length.ts";
import { schema, stateOf } from "./money.ts";
import type { Work } from "./work.ts";
import { type Writer, writer } from "./writer.ts";

/** Writers at several rates, backups of all sizes, and restores, which are killed at random moments: what comes back was there once, and not long ago. */
const rounds = sweepLength(8);
const chance = random(rounds);
const rates = [undefined, 400, 40, 0] as const;
let api: StoresApi;
let account: Account;
let bank: Writer;
let bankId = "";
let killed = 0;
let [identity, recipient, root] = ["", "", ""];

beforeAll(async () => {
  api = await startStoresApi();
  account = {
    connection: { baseUrl: api.base.replace(/\/accounts\/.*/, ""), token: api.token },
    accountId: api.account,
  };
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
  root = mkdtempSync(join(tmpdir(), "lockstep-soak-"));
  const { id, database } = await databaseFor(account, "money", "money");
  await rows(database, schema);
  bankId = id;
  bank = writer(database, chance);
});
afterAll(async () => {
  await bank.end();
  rmSync(root, { recursive: true, force: true, maxRetries: 10 });
  await api.close();
});

/** Until no move is under way any more, once none are made. */
const atRest = () => expect.poll(() => bank.sent() - bank.answered()).toBe(0);

/** Runs in a process of its own; killed after so long. Gives its exit code, or undefined where it was killed. */
async function run(work: Work, killAfterMs?: number): Promise<number | undefined> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "work.ts"), JSON.stringify(work)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  const [code] = await new Promise<readonly [number | null]>((resolve) =>
    child.on("close", (...ended) => resolve([ended[0]])),
  );
  clearTimeout(timer);
  if (code === null) killed += 1;
  return code ?? undefined;
}

/** Killed as often as chance wills, and run again until it is through. */
async function insistently(work: Work): Promise<void> {
  let code: number | undefined;
  do code = await run(work, chance() < 0.5 ? chance() * 3_000 : undefined);
  while (code === undefined);
  expect(code, JSON.stringify(work)).toBe(0);
}

async function restoredState(read: ReadHead, round: number): Promise<number | string> {
  const into = `restored-${round}`;
  await insistently({ kind: "restore", account, folder: read.folder, identity, into });
  const { id, database } = await databaseFor(account, into, into);
  const state = await stateOf(database);
  await api.call("DELETE", `/d1/database/${id}`);
  return state;
}

test(
  `of ${rounds} rounds every restored copy equals a state that was, no older than its backup`,
  { timeout: 60_000 + rounds * 60_000 },
  async () => {
    const folder = join(root, "backups");
    const seen = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      bank.pauseMs = rates[round % rates.length];
      if (bank.pauseMs === undefined) await atRest();
      await sleep(chance() * 300);
      const inPages = chance() < 0.5;
      const older = newestHead(folder)?.head.name;
      const work: Work = { kind: "backup", account, id: bankId, folder, recipient, inPages };
      let atLeast = bank.answered();
      while ((await run(work, chance() < 0.4 ? chance() * 2_000 : undefined)) === undefined) {
        // A killed run may have been through a moment before: then its backup counts.
        if (newestHead(folder)?.head.name !== older) break;
        atLeast = bank.answered();
      }
      const atMost = bank.sent();
      const read = newestHead(folder);
      if (read === undefined || read.head.name === older) throw new Error(`round ${round}: no new backup`);
      // Whatever was killed: what has the name of a backup is a whole one.
      for (const name of foldersIn(folder)) await openBackup(readHead(join(folder, name)), identity);
      const [entry] = (await openBackup(read, identity)).manifest.databases;
      const state = await restoredState(read, round);
      const what = `round ${round}, ${inPages ? "in pages" : "at once"}, a move each ${bank.pauseMs ?? "never"} ms: ${state} of ${atLeast}..${atMost}`;
      seen.set(entry?.consistency ?? "none", (seen.get(entry?.consistency ?? "none") ?? 0) + 1);
      if (entry?.consistency === "spread") expect(inPages && bank.pauseMs !== undefined, what).toBe(true);
      else {
        expect(state, what).toBeTypeOf("number");
        expect(state, what).toBeGreaterThanOrEqual(atLeast);
        expect(state, what).toBeLessThanOrEqual(atMost);
      }
      await sleep(1_000);
    }
    process.stdout.write(
      `${bank.answered()} moves, ${killed} killed; ${[...seen].map(([kind, count]) => `${count} ${kind}`).join(", ")}\n`,
    );
    const database = queryDatabase(endpointOf(account, bankId), "money");
    bank.pauseMs = undefined;
    await atRest();
    expect(await stateOf(database)).toBe(bank.answered());
  },
);
