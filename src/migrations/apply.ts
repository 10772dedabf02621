import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../userError.ts";
import { type D1Endpoint, type Outcome, query, read } from "./http.ts";
import { type MigrationFile, readFolder } from "./reading.ts";
import { bootstrapStatements } from "./tables.ts";

/** What a run of {@link apply} left behind. */
export interface Applied {
  /** The whole ledger, in order. */
  readonly ledger: readonly string[];
  /** What this run added. */
  readonly added: readonly string[];
}

/**
 * Brings a database up to a folder's files. Each file is one request and so one transaction: its ledger row first, which
 * makes a repetition fail before it does anything, then its statements.
 */
export async function apply(endpoint: D1Endpoint, folder: string): Promise<Applied> {
  const files = readFolder(folder);
  await settled(endpoint, "preparing the ledger", () => query(endpoint, bootstrapStatements.join("\n")));
  const before = new Set(await ledger(endpoint));
  const added: string[] = [];
  for (const file of files) {
    if (before.has(file.name)) continue;
    await applyFile(endpoint, file);
    added.push(file.name);
  }
  return { ledger: await ledger(endpoint), added };
}

const names = z.array(z.object({ name: z.string() }));

/** The names in wrangler's ledger, in the order in which they were applied; empty when there is no ledger yet. */
export async function ledger(endpoint: D1Endpoint): Promise<readonly string[]> {
  const there = await rows(
    endpoint,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'd1_migrations'",
  );
  if (there.length === 0) return [];
  return names
    .parse(await rows(endpoint, 'SELECT name FROM "d1_migrations" ORDER BY id'))
    .map((row) => row.name);
}

async function rows(endpoint: D1Endpoint, sql: string): Promise<readonly unknown[]> {
  const outcome = await read(() => query(endpoint, sql));
  if (outcome.kind !== "done") throw failure(endpoint, "reading the ledger", outcome.message);
  return outcome.value[0]?.results ?? [];
}

async function applyFile(endpoint: D1Endpoint, file: MigrationFile): Promise<void> {
  const claim = `INSERT INTO "d1_migrations"(name) VALUES ('${file.name}')`;
  const sql = `${[claim, ...file.statements.map((statement) => statement.sql)].join(";\n")};`;
  await settled(endpoint, file.path, async () => {
    const outcome = await query(endpoint, sql);
    const claimed =
      outcome.kind === "refused" && /UNIQUE constraint failed: d1_migrations\.name/.test(outcome.message);
    return claimed ? { kind: "done", value: [] } : outcome;
  });
}

/** Sends a repeatable request until its outcome is known. */
async function settled(
  endpoint: D1Endpoint,
  what: string,
  send: () => Promise<Outcome<unknown>>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await send();
    switch (outcome.kind) {
      case "done":
        return;
      case "refused":
        throw failure(endpoint, what, `${outcome.message} [${outcome.code}]`);
      case "later":
      case "unknown":
        if (attempt === 4) throw failure(endpoint, what, outcome.message);
        await sleep(outcome.kind === "later" ? outcome.retryAfterMs : 500 * 2 ** attempt);
        break;
      default:
        outcome satisfies never;
    }
  }
}

const failure = (endpoint: D1Endpoint, what: string, got: string): UserError =>
  new UserError({
    what: "The migration was not applied",
    where: `${what}, database ${endpoint.databaseId}`,
    got,
    expected: "D1 to carry out the whole file in one transaction; it rolled it back",
    fix: "correct the file (it is not in the ledger) and run up again",
  });
