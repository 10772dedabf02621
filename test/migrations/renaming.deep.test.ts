import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ran } from "../../toolchain/fixture/project.ts";
import { type Clone, clone } from "../clone.ts";
import { succeeding } from "../ran.ts";

let project: Clone;
beforeAll(async () => {
  project = await clone();
});
afterAll(() => project.remove());

const up = (): Promise<string> =>
  succeeding(project.pulumi(["up", "--yes", "--skip-preview", "--stack", "dev"]));
const just = (...args: string[]): Promise<Ran> => project.just(["db", ...args]);
const db = (...args: string[]): Promise<string> => succeeding(just(...args));
const [add, relax, drop] = [
  "0002_add_notes_heading.sql",
  "0003_relax_notes_title.sql",
  "0004_drop_notes_title.sql",
];

const ledger = async (): Promise<readonly string[]> => {
  const rows = JSON.parse(await db("query", "silo", "SELECT name FROM d1_migrations ORDER BY id", "--json"));
  return rows[0].results.map((row: { name: string }) => row.name).slice(1);
};

/** Notes are stored and read without a pause, by whichever code serves. */
function client(): {
  readonly stop: () => Promise<{ readonly stored: number; readonly errors: readonly string[] }>;
} {
  let running = true;
  const errors: string[] = [];
  let stored = 0;
  const run = async (): Promise<void> => {
    for (; running; stored++) {
      const title = `note ${stored}`;
      const put = await project.visit("dome-api-dev.dev.localhost", "/notes", {
        title,
        text: `text of ${title}`,
      });
      const titles = put.status < 300 ? JSON.parse(put.text).title : undefined;
      if (titles !== title) errors.push(`${title}: ${put.status} ${put.text}`);
    }
  };
  const ended = run().catch((error: unknown) => void errors.push(String(error)));
  return {
    stop: async () => {
      running = false;
      await ended;
      return { stored, errors };
    },
  };
}

test(
  "a column is renamed over three releases while notes are stored: its drop is opened only after the code that does without it",
  {
    timeout: 600_000,
  },
  async () => {
    const code = (change: (text: string) => string): void =>
      project.edit("workers/dome/silo/index.ts", change);
    await up();
    const busy = client();

    const files = await db("new", "silo", "--rename", "notes.title=heading");
    expect(files).toContain(drop);
    expect(files).toContain("opened when that code serves alone: just db contract");
    expect(files).toContain("just db lint dome/silo");
    const another = ["new", "silo", "--rename", "notes.excerpt=summary"] as const;
    const tooEarly = await just(...another);
    expect(tooEarly.code).toBe(1);
    expect(tooEarly.out).toContain("finish that one first: just db contract");
    code((text) =>
      text
        .replace("(id, title, excerpt,", "(id, title, heading, excerpt,")
        .replace("VALUES (?, ?, ?, ?, ?, ?)", "VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6)")
        .replaceAll("SELECT id, title,", "SELECT id, heading AS title,"),
    );
    await db("lint", "dome/silo");
    await up();
    expect(await ledger()).toEqual([add]);

    expect(await db("contract", "dev", "silo")).toContain(`open through ${relax}`);
    await up();
    expect(await ledger()).toEqual([add, relax]);
    const early = await just("contract", "dev", "silo");
    expect(early.code).toBe(1);
    expect(early.out).toContain(`${drop} goes with the release after ${relax}`);

    code((text) =>
      text
        .replace("(id, title, heading, excerpt,", "(id, heading, excerpt,")
        .replace("VALUES (?1, ?2, ?2, ?3,", "VALUES (?1, ?2, ?3,"),
    );
    await up();
    expect(await db("contract", "dev", "silo")).toContain(`open through ${drop}`);
    await up();
    expect(await ledger()).toEqual([add, relax, drop]);
    expect(await db(...another)).toContain("_drop_notes_excerpt.sql");

    const { stored, errors } = await busy.stop();
    expect(errors).toEqual([]);
    const found = JSON.parse(
      await db("query", "silo", "SELECT count(DISTINCT heading) AS n FROM notes", "--json"),
    );
    expect(found[0].results).toEqual([{ n: stored }]);
  },
);
