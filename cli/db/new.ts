import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { migrationName, readFolder } from "../../src/migrations/files/reading.ts";
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
    const files = readFolder(folder);
    const number = String((files.at(-1)?.number ?? 0) + 1).padStart(4, "0");
    const name = `${number}_${title ?? ""}.sql`;
    if (!migrationName.test(name))
      throw new UserError({
        what: "A migration needs a name",
        where: "the command's second argument",
        got: title ?? "nothing",
        expected: "words of a–z and 0–9 joined by _, such as add_email",
        fix: [command("db new", { database: database ?? "<database>", name: "add_email" })],
      });
    const path = join(folder, name);
    if (existsSync(path)) throw new Error(`${path} is there although ${number} is the next free number`);
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

const asSentence = (title: string): string => {
  const words = title.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};
