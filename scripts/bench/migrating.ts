import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wrangler } from "../../embedded/contract/testing/run-wrangler.ts";
import { writeChain } from "../../src/migrations/files/chain.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { type Clone, clone } from "../../test/clone.ts";
import { type Spread, spread } from "./pairs.ts";

/** What one pending file, and what a thousand applied ones, add to a whole `up`; beside it, what the same file costs with wrangler. */
export interface Migrating {
  readonly name: string;
  readonly milliseconds: Spread;
}

const folder = "migrations/dome/silo";
const first = "0001_create_notes.sql";
const pending = { name: "0002_add_language.sql", sql: "ALTER TABLE notes ADD COLUMN language TEXT;\n" };
const manyFiles = 1_000;

/**
 * A stack of its own in a clone of its own. Each round: a fresh database and an `up` with nothing pending, then with one
 * file; a fresh database and a `wrangler d1 migrations apply --remote` with nothing pending, then with the same file.
 */
export async function benchmarkMigrating(
  rounds: number,
  told: (text: string) => void,
): Promise<readonly Migrating[]> {
  const project = await clone();
  try {
    const ours: number[] = [];
    const theirs: number[] = [];
    const theirsWhole: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      told(`one pending file, round ${round} of ${rounds}${round === 0 ? " (not counted)" : ""}`);
      const lockstep = await ourPair(project);
      const other = await wranglerPair(project, round);
      if (round === 0) continue;
      ours.push(lockstep.one - lockstep.none);
      theirs.push(other.one - other.none);
      theirsWhole.push(other.one);
    }
    told(`${manyFiles} applied files, ${rounds} rounds`);
    const many = await manyApplied(project, rounds);
    return [
      { name: "one pending file: added to an up", milliseconds: spread(ours) },
      {
        name: "  the same file: added to wrangler d1 migrations apply --remote",
        milliseconds: spread(theirs),
      },
      { name: "  that wrangler command as a whole", milliseconds: spread(theirsWhole) },
      { name: "1,000 applied files: added to a no-op up", milliseconds: spread(many) },
    ];
  } finally {
    await project.remove();
  }
}

interface Pair {
  /** Milliseconds with nothing pending, and with one file. */
  readonly none: number;
  readonly one: number;
}

async function ourPair(project: Clone): Promise<Pair> {
  const path = join(project.folder, folder, pending.name);
  rmSync(path, { force: true });
  writeChain(join(project.folder, folder), readFolder(join(project.folder, folder)));
  await succeed(project, ["destroy", "--yes", "--skip-preview", "--stack", "dev"]);
  await succeed(project, up); // makes the database, with its first file
  const none = await succeed(project, up);
  writeFileSync(path, pending.sql);
  writeChain(join(project.folder, folder), readFolder(join(project.folder, folder)));
  return { none, one: await succeed(project, up) };
}

const up = ["up", "--yes", "--skip-preview", "--stack", "dev"];

/** Milliseconds of one pulumi command. */
async function succeed(project: Clone, args: readonly string[]): Promise<number> {
  const ran = await project.pulumi(args);
  if (ran.code !== 0) throw new Error(`pulumi ${args.join(" ")} failed; it is not measured:\n${ran.out}`);
  return ran.tookMs;
}

async function wranglerPair(project: Clone, round: number): Promise<Pair> {
  const home = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const name = `bench-${round}`;
    const made = await project.api("dev", "POST", "/d1/database", { name });
    const id = typeof made === "object" && made !== null && "uuid" in made ? String(made.uuid) : "";
    writeFileSync(
      join(home, "wrangler.json"),
      JSON.stringify({
        name: "bench",
        compatibility_date: "2026-01-01",
        d1_databases: [{ binding: "DB", database_name: name, database_id: id, migrations_dir: "." }],
      }),
    );
    const [initial] = readFolder(join(project.folder, folder));
    if (initial?.name !== first) throw new Error(`${folder} does not begin with ${first}`);
    writeFileSync(join(home, first), initial.statements.map(({ sql }) => `${sql};\n`).join(""));
    const { api: url, token, accounts } = project.embedded;
    const account = accounts.find((each) => each.name === "dev")?.id ?? "";
    const apply = async (): Promise<number> => {
      const startMs = performance.now();
      const target = { api: url, token, account, folder: home };
      const ran = await wrangler(target, "d1", "migrations", "apply", name, "--remote");
      if (ran.code !== 0) throw new Error(`wrangler failed; it is not measured:\n${ran.text}`);
      return performance.now() - startMs;
    };
    await apply();
    const none = await apply();
    writeFileSync(join(home, pending.name), pending.sql);
    return { none, one: await apply() };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** What a thousand applied files add: two stacks in turn, one with them and one without. */
async function manyApplied(many: Clone, rounds: number): Promise<readonly number[]> {
  const few = await clone();
  try {
    await succeed(few, up);
    const directory = join(many.folder, folder);
    const names = Array.from({ length: manyFiles }, (_, i) => `${String(i + 3).padStart(4, "0")}_step.sql`);
    for (const name of names)
      writeFileSync(join(directory, name), "UPDATE notes SET queued_at = NULL WHERE id = 'none';\n");
    writeChain(directory, readFolder(directory));
    const found = await many.api("dev", "GET", "/d1/database?name=silo-dev");
    const id: unknown = Array.isArray(found) ? found[0]?.uuid : undefined;
    // Written into wrangler's ledger: the next up takes them over.
    await many.api("dev", "POST", `/d1/database/${String(id)}/query`, {
      sql: `INSERT INTO d1_migrations (name) VALUES ${names.map((name) => `('${name}')`).join(", ")}`,
    });
    await succeed(many, up);
    const added: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const [without, withThem] = [await succeed(few, up), await succeed(many, up)];
      if (round > 0) added.push(withThem - without);
    }
    return added;
  } finally {
    await few.remove();
  }
}
