import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { namesIfAny, numberOf, usualName } from "../../src/migrations/files/names.ts";
import { template } from "../../src/migrations/files/template.ts";
import { type Command, done } from "./command.ts";
import { onlyOne } from "./databases.ts";
import { refuseMore } from "./place.ts";

/** `new`: the next file of a folder, from the template, and its line in the chain. */
export const newFile: Command = {
  name: "new",
  usage: "new <database> <name_in_snake_case> [--contract]",
  summary: "write the next migration file from the template",
  options: { contract: { type: "boolean" } },
  run(given) {
    const { words, flag, root } = given;
    refuseMore(words, 2);
    const [database, title] = words;
    const { declared } = onlyOne(given.project, database);
    const folder = join(root, declared.migrations ?? "");
    const names = namesIfAny(folder);
    const number = nextNumber(names, declared.migrations ?? "");
    const usual = `${number}_${title ?? ""}.sql`;
    if (!usualName.test(usual))
      throw new UserError({
        what: "A migration needs a name",
        where: "the command's second argument",
        got: title ?? "nothing",
        expected: "words of a–z and 0–9 joined by _, such as add_email",
        fix: [command("db new", { database: database ?? "<database>", name: "add_email" })],
      });
    // As drizzle 1 and Prisma lay their folders out, where all others lie so.
    const name =
      names.length > 0 && names.every((each) => each.includes("/"))
        ? usual.replace(/\.sql$/, "/migration.sql")
        : usual;
    const path = join(folder, name);
    if (existsSync(path)) throw new Error(`${path} is there although ${number} is the next free number`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      template(
        asSentence(title ?? ""),
        number,
        flag("contract") ? "contract" : "expand",
        new Date().toISOString().slice(0, 10),
      ),
    );
    const shown = `${declared.migrations}/${name}`;
    return done(
      { file: shown },
      sentence`${shown}\nWrite its statements, then: ${command("db lint", { database })}`,
    );
  },
};

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

const asSentence = (title: string): string => {
  const words = title.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};
