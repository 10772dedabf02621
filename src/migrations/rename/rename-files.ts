import { join } from "node:path";
import { refuse, UserError } from "../../diagnostic/user-error.ts";
import { type MigrationFile, readMigration } from "../files/reading.ts";
import { answered, lint } from "../lint/lint.ts";
import { openStage } from "../shadow/replay.ts";
import { renameRecipe } from "./recipe.ts";
import { type RenameNames, renameTexts } from "./rename-texts.ts";
import type { RenameRequest } from "./renaming.ts";

/**
 * The three files of a rename, held to every rule of the linter before anybody sees them.
 * @param files the folder's files so far @param folder for messages
 * @throws UserError where the column cannot be renamed in steps
 */
export function renameFiles(
  files: readonly MigrationFile[],
  folder: string,
  request: RenameRequest,
  names: RenameNames,
): readonly [string, string, string] {
  const stage = openStage([]);
  try {
    for (const file of files) {
      const failed = stage.replay(file).steps.find(({ error }) => error !== undefined);
      if (failed !== undefined)
        throw new UserError({
          what: "The files so far do not make a schema",
          where: `${file.path}:${failed.statement.line}`,
          got: failed.error ?? "",
          expected: "files that apply one after the other",
          fix: "mend that file first",
        });
      stage.settle();
    }
    const recipe = renameRecipe(stage.schema(), request);
    if ("what" in recipe) throw new UserError(recipe);
    const texts = renameTexts(recipe, names);
    for (const [i, text] of texts.entries()) {
      const name = names[i] ?? "";
      const file = readMigration(name, join(folder, name), new TextEncoder().encode(text));
      const linted = answered(lint(stage.replay(file)), () => undefined);
      refuse(
        linted.findings
          .filter(({ severity, waived }) => severity !== "info" && waived === undefined)
          .map(({ code, message, fix }) => ({
            what: `${code}: ${message}`,
            where: `${request.table}.${request.from}, renamed by ${name}`,
            got: text.split("\n")[0] ?? "",
            expected: "a rename that the linter has nothing against",
            fix,
          })),
      );
      stage.settle();
    }
    return texts;
  } finally {
    stage.close();
  }
}
