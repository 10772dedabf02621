import { expect, test, vi } from "vitest";
import { exchange } from "../../src/cloudflare/exchange.ts";
import { addressOf } from "../../src/cloudflare/workers-dev.ts";
import { rows } from "../../src/migrations/database/database.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { databaseOf, planLive } from "../../src/migrations/plan/job.ts";
import { renameFiles } from "../../src/migrations/rename/rename-files.ts";
import { type LiveJob, liveJobs } from "./testing/live-job.ts";

vi.setConfig({ testTimeout: 300_000 });
const { embedded, fresh } = await liveJobs();

const base = `CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (length(name) > 2), seen INTEGER NOT NULL DEFAULT 0);
CREATE TABLE renamed_people (person INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE, was TEXT, became TEXT);
CREATE INDEX renamed_people_by_person ON renamed_people (person);
CREATE VIEW greetings AS SELECT id, 'hello ' || name AS words, name FROM people;
CREATE TRIGGER people_renamed AFTER UPDATE ON people WHEN new.name <> old.name BEGIN
  INSERT INTO renamed_people VALUES (new.id, old.name, new.name);
END;
`;
const names = ["0002_add.sql", "0003_relax.sql", "0004_drop.sql"] as const;

/** What one release says to the database: a person is written, given another name, and read. */
interface Release {
  readonly insert: string;
  readonly rename: string;
  readonly read: string;
}
const releases = {
  before: {
    insert: "INSERT INTO people (id, name) VALUES (?1, ?2)",
    rename: "UPDATE people SET name = ?2 WHERE id = ?1",
    read: "SELECT name AS value FROM people WHERE name = ?2",
  },
  both: {
    insert: "INSERT INTO people (id, name, full_name) VALUES (?1, ?2, ?2) ON CONFLICT (full_name) DO NOTHING",
    rename: "UPDATE people SET name = ?2, full_name = ?2 WHERE id = ?1",
    read: "SELECT full_name AS value FROM people WHERE name = ?2",
  },
  after: {
    insert: "INSERT INTO people (id, full_name) VALUES (?1, ?2)",
    rename: "UPDATE people SET full_name = ?2 WHERE id = ?1",
    read: "SELECT full_name AS value FROM people WHERE full_name = ?2",
  },
} as const satisfies Record<string, Release>;

/** A worker of its own with the code of a release; gives what asks it. */
async function deployed(
  { job }: LiveJob,
  name: string,
  release: Release,
): Promise<(what: string, id: number, value: string) => Promise<string>> {
  const script = `${embedded.api}/accounts/${job.accountId}/workers/scripts/${name}`;
  const headers = { authorization: `Bearer ${embedded.token}` };
  const form = new FormData();
  const metadata = {
    main_module: "w.js",
    compatibility_date: "2026-01-01",
    bindings: [{ name: "DB", type: "d1", id: job.databaseId }],
  };
  form.set("metadata", new Blob([JSON.stringify(metadata)], { type: "application/json" }));
  const code = `const sql = ${JSON.stringify(release)};
export default { async fetch(request, { DB }) {
  const { what, id, value } = await request.json();
  try { return Response.json((await DB.prepare(sql[what]).bind(...(sql[what].includes("?1") ? [id, value] : [null, value])).all()).results); }
  catch (error) { return new Response(String(error), { status: 500 }); }
} }`;
  form.set("w.js", new Blob([code], { type: "application/javascript+module" }), "w.js");
  const put = await fetch(script, { method: "PUT", headers, body: form });
  expect(put.status, await put.text()).toBe(200);
  await fetch(`${script}/subdomain`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ enabled: true }),
  });
  const address = await addressOf(job.connection, job.accountId, name);
  return async (what, id, value) => {
    const body = JSON.stringify({ what, id, value });
    const answer = await exchange(address, { method: "POST", body, timeoutMs: 30_000 });
    if (answer.kind === "noAnswer") throw new Error(`${name} ${what}: ${answer.message}`);
    if (answer.status !== 200) throw new Error(`${name} ${what}: ${answer.status} ${answer.text}`);
    return answer.text;
  };
}

test("a column that must not be NULL gets another name under load: no request of any release fails, and no value is lost", async () => {
  const live = await fresh("renaming");
  live.write("0001_people.sql", base);
  await live.migrate();
  const texts = renameFiles(
    readFolder(live.job.directory),
    "migrations",
    { table: "people", from: "name", to: "full_name" },
    names,
  );
  for (const [i, text] of texts.entries()) live.write(names[i] ?? "", text);

  const ask = {
    before: await deployed(live, "before", releases.before),
    both: await deployed(live, "both", releases.both),
    after: await deployed(live, "after", releases.after),
  };
  type Who = keyof typeof ask;
  let serving: readonly Who[] = ["before"];
  const wanted = new Map<number, string>();
  const errors: string[] = [];
  const count = { before: 0, both: 0, after: 0 };
  let next = 1;
  let running = true;
  const someone = (turn: number): Who => serving[turn % serving.length] ?? "before";
  /** One client: a person is written by one release, renamed and read by whichever else serves. */
  const client = async (): Promise<void> => {
    for (let turn = 0; running; turn++) {
      const id = next++;
      try {
        for (const [what, value] of [
          ["insert", `name of ${id}`],
          ["read", `name of ${id}`],
          ["rename", `other name of ${id}`],
          ["read", `other name of ${id}`],
        ] as const) {
          const who = someone(turn++);
          const answer = await ask[who](what, id, value);
          count[who]++;
          if (what !== "read") wanted.set(id, value);
          else if (answer !== JSON.stringify([{ value }]))
            throw new Error(`${who} reads ${answer}, not ${value}`);
        }
      } catch (error) {
        errors.push(String(error));
      }
    }
  };
  const clients = [client(), client(), client()];
  const a_while = async (): Promise<void> => {
    const until = { ...count };
    await vi.waitFor(
      () => {
        if (errors.length > 0) return;
        for (const who of serving) expect(count[who]).toBeGreaterThan(until[who] + 8);
      },
      { timeout: 60_000, interval: 20 },
    );
  };
  const opened = async (through: (typeof names)[number]): Promise<void> => {
    const files = Object.fromEntries(
      readFolder(live.job.directory).map((file) => [file.name, file.checksum]),
    );
    const job = { ...live.job, opened: { through, files } };
    const { contract, waiting, refusals } = await planLive(job);
    expect(refusals).toEqual([]);
    expect([contract.map(({ file }) => file.name), waiting.map(({ file }) => file.name)]).toEqual([
      [through],
      names.slice(names.indexOf(through) + 1),
    ]);
    await live.migrate({ phase: "contract" }, job);
  };

  await a_while();
  await live.migrate();
  await a_while();
  serving = ["before", "both"];
  await a_while();
  serving = ["both"];
  await a_while();
  await opened("0003_relax.sql");
  await a_while();
  serving = ["both", "after"];
  await a_while();
  serving = ["after"];
  await a_while();
  await opened("0004_drop.sql");
  await a_while();
  running = false;
  await Promise.all(clients);

  expect(errors).toEqual([]);
  const [people, log, view] = await rows(databaseOf(live.job), [
    "SELECT id, full_name FROM people ORDER BY id",
    "SELECT count(*) AS n FROM renamed_people",
    "SELECT count(*) AS n FROM greetings AS g JOIN people AS p ON p.id = g.id AND p.full_name = g.name",
  ]);
  expect(people).toEqual([...wanted].sort(([a], [b]) => a - b).map(([id, full_name]) => ({ id, full_name })));
  const renamed = [...wanted.values()].filter((value) => value.startsWith("other")).length;
  expect([log, view]).toEqual([[{ n: renamed }], [{ n: wanted.size }]]);
});
