import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { command } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { namesIfAny, numberOf, usualName } from "../../../src/migrations/files/names.ts";
import type { DeclaredDatabase } from "../databases.ts";

/** Writes the file that comes after a database's last one; `text` is given its number. Returns its path from the project's root. */
export function writeNext(
  database: DeclaredDatabase,
  root: string,
  title: string,
  text: (number: string) => string,
): string {
  const name = nextName(database, root, title, 0);
  writeNamed(database, root, name, text(name.slice(0, name.indexOf("_"))));
  return `${database.declared.migrations}/${name}`;
}

/**
 * What the file that comes `after` so many others behind a database's last one is called. Throws for a title that is none.
 */
export function nextName(
  { key, declared: { migrations = "" } }: DeclaredDatabase,
  root: string,
  title: string,
  after: number,
): string {
  const folder = join(root, migrations);
  const names = namesIfAny(folder);
  const number = nextNumber(names, migrations, after);
  const usual = `${number}_${title}.sql`;
  if (!usualName.test(usual))
    throw new UserError({
      what: "A migration needs a name",
      where: "the command's second argument",
      got: title === "" ? "nothing" : title,
      expected: "words of a–z and 0–9 joined by _, such as add_email",
      fix: [command("db new", { database: key, name: "add_email" })],
    });
  // As drizzle 1 and Prisma lay their folders out, where all others lie so.
  return names.length > 0 && names.every((each) => each.includes("/"))
    ? usual.replace(/\.sql$/, "/migration.sql")
    : usual;
}

/** Writes one under the name that it was given. */
export function writeNamed(
  { declared: { migrations = "" } }: DeclaredDatabase,
  root: string,
  name: string,
  text: string,
): void {
  const path = join(root, migrations, name);
  if (existsSync(path)) throw new Error(`${path} is there although its number was free`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** The number after the last one. Names without a number come last: none can follow them. */
function nextNumber(names: readonly string[], folder: string, after: number): string {
  const last = names.at(-1);
  const number = last === undefined ? 0 : numberOf(last);
  if (number !== undefined || last === undefined) return String((number ?? 0) + 1 + after).padStart(4, "0");
  throw new UserError({
    what: "No numbered file can follow the last one",
    where: join(folder, last),
    got: "a name without a number, which comes after all that have one",
    expected: "numbers, so that files have an order",
    fix: `write the file by hand, under a name that comes after ${last} in the alphabet`,
  });
}
