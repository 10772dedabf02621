import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { template } from "../../src/migrations/files/template.ts";
import { type Command, done } from "./command.ts";
import { onlyOne } from "./databases.ts";
import { writeNext } from "./next-file.ts";
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
    const [database, title = ""] = words;
    const file = writeNext(onlyOne(given.project, database), root, title, (number) =>
      template(
        asSentence(title),
        number,
        flag("contract") ? "contract" : "expand",
        new Date().toISOString().slice(0, 10),
      ),
    );
    return done({ file }, sentence`${file}\nWrite its statements, then: ${command("db lint", { database })}`);
  },
};

const asSentence = (title: string): string => {
  const words = title.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};
