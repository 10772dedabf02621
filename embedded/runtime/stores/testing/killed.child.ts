// Run by killed.deep.test.ts: works on one database for ever, and says what it is about to do and what is done.
import { startStores } from "../start.ts";

const [dataDir = "", seed = "1"] = process.argv.slice(2);
let random = Number(seed);
const below = (n: number): number => {
  random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((random / 2_147_483_648) * n);
};
const say = (event: object): boolean => process.stdout.write(`${JSON.stringify(event)}\n`);

const stores = await startStores({ dataDir, log: () => {} });
const run = async (sql: string) => (await stores.d1.batch("db", [{ sql, params: [] }]))[0]?.results ?? [];
const rows = async (): Promise<readonly number[]> =>
  (await run("SELECT a FROM t ORDER BY a")).map((row) => Number(row["a"]));

await run("CREATE TABLE IF NOT EXISTS t(a INTEGER PRIMARY KEY)");
let present = [...(await rows())];
let next = (present.at(-1) ?? 0) + 1;
const bookmarks: { readonly bookmark: string; readonly rows: readonly number[] }[] = [];
say({ ready: present });

for (;;) {
  const choice = below(10);
  const chosen = bookmarks[below(bookmarks.length)];
  if (choice < 5) {
    const after = [...present, next];
    say({ before: present, after });
    await run(`INSERT INTO t VALUES (${next++})`);
    present = after;
  } else if (choice < 7) {
    bookmarks.push({ bookmark: await stores.d1.bookmark("db"), rows: present });
    say({ bookmark: bookmarks.at(-1) });
    continue;
  } else if (choice < 9 && chosen !== undefined) {
    say({ before: present, after: chosen.rows });
    const { previousBookmark } = await stores.d1.restore("db", chosen.bookmark);
    bookmarks.push({ bookmark: previousBookmark, rows: present });
    present = [...chosen.rows];
  } else {
    const after = [...present, next, next + 1];
    say({ before: present, after });
    await stores.d1.import("db", `INSERT INTO t VALUES (${next}); INSERT INTO t VALUES (${next + 1});`);
    next += 2;
    present = after;
  }
  say({ done: present });
}
