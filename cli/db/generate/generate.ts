import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, lines, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { checkSeed, readSeeds, seedFolder } from "../../../src/migrations/apply/seed-files.ts";
import { isSeeded } from "../../../src/migrations/apply/seeds.ts";
import { readFolder } from "../../../src/migrations/files/reading.ts";
import { type GeneratedTable, generate } from "../../../src/migrations/generate/generate.ts";
import { replayed } from "../../../src/migrations/plan/replayed.ts";
import { openShadow } from "../../../src/migrations/shadow/shadow.ts";
import type { SchemaObject } from "../../../src/migrations/sql/schema-guard.ts";
import { type Command, done, type Given } from "../command.ts";
import { type DeclaredDatabase, onlyOne } from "../databases.ts";
import { refuseMore } from "../place.ts";

/** D1 carries a seed file out in one transaction: more rows than this would not fit into its time. */
const mostRows = 1000;

/** `generate`: a seed file with rows for each table, made up from the schema that the migrations make. */
export const generateRows: Command = {
  name: "generate",
  usage: "generate <database> [--rows <n>] [--key <word>] [--without <table>,…]",
  summary:
    "write a seed file of made-up rows for each table, as its types, constraints and references want them",
  options: { rows: { type: "string" }, key: { type: "string" }, without: { type: "string" } },
  run(given) {
    refuseMore(given.words, 1);
    const database = onlyOne(given.project, given.words[0]);
    const rows = rowsWanted(given.text("rows"));
    const schema = schemaOf(database, given.root);
    const folder = seedFolder(database.declared.migrations ?? "");
    const file = nextSeed(folder, given.root);
    const without = (given.text("without") ?? "").split(",").filter((name) => name !== "");
    const made = generate(schema, { rows, key: given.text("key") ?? "1", without });
    const text = `${header(database, given)}\n${made.flatMap(({ statements }) => statements).join("\n\n")}\n`;
    tryOut(schema, folder, file, text, given.root);
    mkdirSync(join(given.root, folder), { recursive: true });
    writeFileSync(join(given.root, folder, file), text);
    const path = `${folder}/${file}`;
    const stage = given.project.stages.find(({ name }) => isSeeded(name))?.name;
    return done(
      {
        file: path,
        tables: made.map(({ table, rows: count, stopped }) => ({ table, rows: count, stopped })),
      },
      lines([
        path,
        ...made.map(line),
        sentence`Look at it, then: ${command("db seed", { stage, database: database.key })}`,
      ]),
    );
  },
};

const line = ({ table, rows, stopped }: GeneratedTable): string =>
  `  ${String(rows).padStart(4)} ${table}${stopped === undefined ? "" : `: no more fit (${stopped})`}`;

function rowsWanted(text: string | undefined): number {
  const rows = Number(text ?? 20);
  if (Number.isInteger(rows) && rows >= 1 && rows <= mostRows) return rows;
  throw new UserError({
    what: "It is not said how many rows a table gets",
    where: "--rows",
    got: JSON.stringify(text),
    expected: `a whole number from 1 to ${mostRows}`,
    fix: "--rows 20",
  });
}

function schemaOf({ key, declared }: DeclaredDatabase, root: string): readonly SchemaObject[] {
  const schema = replayed(readFolder(join(root, declared.migrations ?? "")));
  if (schema !== undefined) return schema;
  throw new UserError({
    what: "The migrations do not run on an empty database, so there is no schema to make rows for",
    where: declared.migrations ?? key,
    got: "a statement that fails",
    expected: "files that run",
    fix: [command("db lint", { database: key })],
  });
}

/** The file behind the last seed. One that was generated before is somebody's to take away: it may have been edited. */
function nextSeed(folder: string, root: string): string {
  const path = join(root, folder);
  const names = existsSync(path) ? readdirSync(path).filter((name) => name.endsWith(".sql")) : [];
  const before = names.find((name) => name.endsWith("_generated.sql"));
  if (before !== undefined)
    throw new UserError({
      what: "There is a generated seed file already",
      where: `${folder}/${before}`,
      got: "a file that may have been edited",
      expected: "none, or one under another name",
      fix: "delete it to have it made anew, or rename it to keep it",
    });
  const numbers = names.map((name) => Number(/^\d+/.exec(name)?.[0] ?? 0));
  return `${String(Math.max(0, ...numbers) + 1).padStart(4, "0")}_generated.sql`;
}

const header = ({ key }: DeclaredDatabase, { text }: Given): string =>
  [
    `-- Made up for ${key}: nobody's data. Addresses are at example.com.`,
    `-- db generate ${key} --rows ${text("rows") ?? 20} --key ${text("key") ?? 1}`,
    "",
  ].join("\n");

/** Behind the seeds that are there: what they hold may stand in its way. */
function tryOut(
  schema: readonly SchemaObject[],
  folder: string,
  file: string,
  text: string,
  root: string,
): void {
  const shadow = openShadow(schema);
  try {
    for (const { statements } of readSeeds(join(root, folder), schema))
      for (const statement of statements) shadow.run(statement);
    checkSeed(shadow, `${folder}/${file}`, file, Buffer.from(text));
  } finally {
    shadow.close();
  }
}
