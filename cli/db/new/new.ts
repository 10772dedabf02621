import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { template } from "../../../src/migrations/files/template.ts";
import { type Command, done } from "../command.ts";
import { onlyOne } from "../databases.ts";
import { refuseMore } from "../place.ts";
import { writeNext } from "./next-file.ts";
import { renameColumn } from "./rename.ts";

/** `new`: the next file of a folder, from the template; or the three of a rename. */
export const newFile: Command = {
  name: "new",
  usage: "new <database> (<name_in_snake_case> [--contract] | --rename <table>.<column>=<new_name>)",
  summary: "write the next migration file from the template; --rename: the three files of a rename",
  options: { contract: { type: "boolean" }, rename: { type: "string" } },
  run(given) {
    const { words, flag, root } = given;
    const renaming = given.text("rename");
    refuseMore(words, renaming === undefined ? 2 : 1);
    const [database, title = ""] = words;
    if (renaming !== undefined) {
      if (flag("contract")) throw onlyRename(renaming);
      return renameColumn(onlyOne(given.project, database), given, renaming);
    }
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

const onlyRename = (renaming: string): UserError =>
  new UserError({
    what: "A rename says itself which of its files are contracts",
    where: "--contract",
    got: `--contract beside --rename ${renaming}`,
    expected: "one of the two",
    fix: "leave --contract out",
  });

const asSentence = (title: string): string => {
  const words = title.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};
