import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { type DatabaseSnapshot, emptySnapshot } from "../migrations/database/snapshot.ts";
import { chainText, parseChain } from "../migrations/files/chain.ts";
import { type MigrationFile, readMigration } from "../migrations/files/reading.ts";
import { offlinePlan, type Plan } from "../migrations/plan/plan.ts";
import { replayed } from "../migrations/plan/replayed.ts";
import { fingerprint } from "../migrations/sql/fingerprint.ts";
import { type ChangeApproval, changeApproval } from "./approval.ts";
import { approvalsOfFiles, type MigrationStep, unapprovedFiles } from "./migration-files.ts";

const folder = "migrations/shop/db";
const file = (name: string, sql: string): MigrationFile =>
  readMigration(name, `${folder}/${name}`, new TextEncoder().encode(sql));
const users = file("0001_users.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, nick TEXT);\n");
const city = file("0002_city.sql", "ALTER TABLE users ADD COLUMN city TEXT;\n");
const wipe = file("0003_wipe.sql", '-- d1:data-loss "test rows of the launch"\nDELETE FROM users;\n');
const rename = file(
  "0003_rename.sql",
  '-- d1:allow BC1 "nobody reads it"\nALTER TABLE users RENAME COLUMN nick TO name;\n',
);
const dropNick = file(
  "0003_drop_nick.sql",
  '-- d1:phase contract\n-- d1:allow DL2 "unused since v7"\nALTER TABLE users DROP COLUMN nick;\n',
);

/** A database with the first file applied. */
const schema = replayed([users]) ?? [];
const database: DatabaseSnapshot = {
  ...emptySnapshot,
  schema,
  ledgerKind: "wrangler",
  ledger: [users.name],
  log: [
    {
      name: users.name,
      checksum: users.checksum,
      chain: "",
      phase: "expand",
      schemaAfter: fingerprint(schema),
    },
  ],
};

const inputs = (more: Partial<MigrationStep> = {}): MigrationStep => ({
  label: "shop/db",
  phase: "expand",
  stage: "prod",
  approvals: [],
  ...more,
});

const planOf = (files: readonly MigrationFile[], given?: DatabaseSnapshot, through?: string): Plan => {
  const plan = offlinePlan({
    label: "shop/db",
    folder,
    files,
    chain: parseChain("chain.txt", chainText(files)),
    database: given,
    opened: through === undefined ? undefined : { through },
  });
  expect(plan.refusals).toEqual([]);
  return plan;
};

const refused = (files: readonly MigrationFile[], more?: Partial<MigrationStep>) =>
  unapprovedFiles(inputs(more), planOf(files, database, dropNick.name), files);

/** The approval that a refusal asks for, filled in. */
function pasted(fix: string): ChangeApproval {
  const entry = /lockstep:approvals: \[(.*)\]$/.exec(fix)?.[1] ?? "";
  return changeApproval.parse({ ...z.looseObject({}).parse(parse(entry)), reason: "backed up", by: "mia" });
}

describe("a pending file of a protected stage", () => {
  test.each([
    ["that deletes rows", wipe, "expand", "DL4"],
    ["that running code does not survive", rename, "expand", "BC1"],
    ["that takes a column away in an open contract", dropNick, "contract", "DL2"],
  ] as const)("%s is refused until somebody approved of exactly it", (_what, pending, phase, code) => {
    const files = [users, city, pending];
    const [refusal, ...others] = refused(files, { phase });
    expect(others).toEqual([]);
    expect(refusal?.what).toContain(`${pending.name} loses data of a protected stage or breaks what runs`);
    expect(refusal?.got).toContain(code);
    const approval = pasted(String(refusal?.fix));
    expect(refused(files, { phase, approvals: [approval] })).toEqual([]);
    expect(approvalsOfFiles(inputs({ approvals: [approval] }), files)).toEqual(
      new Map([[pending.name, approval]]),
    );
    // Another file before it, or the same bytes for another stage, is something else.
    expect(refused([users, pending], { phase, approvals: [approval] })).toHaveLength(1);
    expect(refused(files, { phase, approvals: [approval], stage: "staging" })).toHaveLength(1);
  });

  test("that loses nothing needs nobody, and none does where the stage or the database has nothing to lose", () => {
    expect(refused([users, city])).toEqual([]);
    expect(refused([users, city, wipe], { approvals: undefined })).toEqual([]);
    const files = [users, city, wipe];
    expect(unapprovedFiles(inputs(), planOf(files), files)).toEqual([]);
  });
});
