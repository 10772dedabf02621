import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { command } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { namesIfAny, numberOf, usualName } from "../../src/migrations/files/names.ts";
import type { DeclaredDatabase } from "./databases.ts";

/** Writes the file that comes after a database's last one; `text` is given its number. Returns its path from the project's root. */
export function writeNext(
  { key, declared: { migrations = "" } }: DeclaredDatabase,
  root: string,
  title: string,
  text: (number: string) => string,
): string {
  const folder = join(root, migrations);
  const names = namesIfAny(folder);
  const number = nextNumber(names, migrations);
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
  const name =
    names.length > 0 && names.every((each) => each.includes("/"))
      ? usual.replace(/\.sql$/, "/migration.sql")
      : usual;
  const path = join(folder, name);
  if (existsSync(path)) throw new Error(`${path} is there although ${number} is the next free number`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text(number));
  return `${migrations}/${name}`;
}

/** The number after the last one. Names without a number come last: none can follow them. */
function nextNumber(names: readonly string[], folder: string): string {
  const last = names.at(-1);
  if (last === undefined) return "0001";
  const number = numberOf(last);
  if (number !== undefined) return String(number + 1).padStart(4, "0");
  throw new UserError({
    what: "No numbered file can follow the last one",
    where: join(folder, last),
    got: "a name without a number, which comes after all that have one",
    expected: "numbers, so that files have an order",
    fix: `write the file by hand, under a name that comes after ${last} in the alphabet`,
  });
}
