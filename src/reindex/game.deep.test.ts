import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, rows } from "../migrations/database/database.ts";
import { queryDatabase } from "../migrations/database/transports.ts";
import { openShadow } from "../migrations/shadow/shadow.ts";
import { type WorkerdD1, workerdD1 } from "../migrations/testing/workerd-d1.ts";
import { seeded } from "../release/testing/random.ts";
import { type Filling, isQuiet, readUntilQuiet } from "./fill.ts";
import { openJournal } from "./ledger.ts";
import { checkedSelect } from "./select.ts";

let d1: WorkerdD1;
let database: Database;
const folder = mkdtempSync(join(tmpdir(), "lockstep-game-"));
beforeAll(async () => {
  d1 = await workerdD1();
  database = queryDatabase(
    { baseUrl: await d1.listen(), token: "t", accountId: "a", databaseId: "d" },
    "test/db",
  );
});
afterAll(async () => {
  await d1.close();
  rmSync(folder, { recursive: true });
});

const table = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text)";
const startRows = 210;

/** What stands in the table, by id, as vectors stand for it. */
async function texts(): Promise<ReadonlyMap<string, string>> {
  const [found = []] = await rows(database, ["SELECT id, text FROM notes WHERE text IS NOT NULL"]);
  return new Map(found.map((row) => [String(row["id"]), String(row["text"])]));
}

/** Ids whose vector is not that of their row, or that have no row, or no vector. */
const others = (index: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): readonly string[] =>
  [...new Set([...index.keys(), ...now.keys()])].filter((id) => index.get(id) !== now.get(id));

/** An index that carries out what it took some time later, in its order, and a journal that survives a kill. */
async function game(seed: number) {
  const random = seeded(seed);
  await d1.another();
  await d1.batch([
    table,
    `WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${startRows}) INSERT INTO notes SELECT i * 2, 'text ' || i FROM n`,
  ]);
  const index = new Map<string, string>();
  const queued: (() => void)[] = [];
  const written = new Set<string>();
  const state = { isWriting: true, kills: 0, count: 0 };
  const one = (): number => 1 + Math.floor(random() * startRows * 2);
  /** Somebody's inserts, updates and deletes, at any moment of the reading. */
  async function meanwhile(): Promise<void> {
    for (let i = Math.floor(random() * 3); i > 0; i--) queued.shift()?.();
    if (state.kills > 0 && random() < 0.15) {
      state.kills--;
      throw new Error("killed");
    }
    if (!state.isWriting || random() < 0.4) return;
    const ids = Array.from({ length: 1 + Math.floor(random() * 4) }, one);
    for (const id of ids) written.add(String(id));
    await d1.batch(
      ids.map((id) =>
        random() < 0.3
          ? `DELETE FROM notes WHERE id = ${id}`
          : `INSERT OR REPLACE INTO notes VALUES (${id}, ${random() < 0.1 ? "NULL" : `'write ${++state.count}'`})`,
      ),
    );
  }
  const shadow = openShadow();
  shadow.trusted.exec(table);
  const selection = checkedSelect("recipe", "SELECT id, text FROM notes", shadow.schema());
  shadow.close();
  const journal = openJournal(join(folder, `${seed}.sqlite`));
  const made = new Map<number, string>();
  const filling: Filling = {
    ...{ database, selection, rate: 1_000_000 },
    ledger: {
      ...journal.now,
      begin() {
        written.clear();
        journal.now.begin();
      },
    },
    async embed(of) {
      await meanwhile();
      return of.map(({ text }) => {
        made.set(made.size, text);
        return [made.size - 1];
      });
    },
    async put(vectors) {
      await meanwhile();
      queued.push(() => {
        for (const { id, values } of vectors) index.set(id, made.get(values[0] ?? -1) ?? "");
      });
      await meanwhile();
    },
    async remove(ids) {
      queued.push(() => {
        for (const id of ids) index.delete(id);
      });
      await meanwhile();
    },
    async settle() {
      await meanwhile();
      while (queued.length > 0) queued.shift()?.();
    },
    sleep: meanwhile,
    progress: () => {},
  };
  /** As somebody who types the command again whenever it was killed. */
  async function typed() {
    for (;;)
      try {
        return await readUntilQuiet(filling, 6);
      } catch (error) {
        if (!(error instanceof Error) || error.message !== "killed") throw error;
      }
  }
  return { state, index, written, typed, close: () => journal.close() };
}

test("while rows are written and the command is killed, only rows written during its last reading can differ; the next reading has them all", async () => {
  let [killed, differed] = [0, 0];
  for (let seed = 1; seed <= 5; seed++) {
    const { state, index, written, typed, close } = await game(seed);
    state.kills = seed % 3;
    const readings = await typed();
    const differing = others(index, await texts());
    expect(
      differing.filter((id) => !written.has(id)),
      `seed ${seed}`,
    ).toEqual([]);
    const last = readings.at(-1);
    if (last !== undefined && !isQuiet(last)) expect(last.such.length).toBeGreaterThan(0);
    killed += (seed % 3) - state.kills;
    differed += differing.length;
    state.isWriting = false;
    state.kills = 1;
    expect(await typed()).toSatisfy((late: typeof readings) => late.at(-1)?.embedded === 0);
    expect(others(index, await texts()), `seed ${seed}`).toEqual([]);
    close();
  }
  // A game in which nothing happened would prove nothing.
  expect(killed).toBeGreaterThan(1);
  expect(differed).toBeGreaterThan(0);
});
