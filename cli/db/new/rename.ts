import { join } from "node:path";
import { command, lines, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { namesIfAny } from "../../../src/migrations/files/names.ts";
import { readFolder } from "../../../src/migrations/files/reading.ts";
import { renameFiles } from "../../../src/migrations/rename/rename-files.ts";
import type { RenameNames } from "../../../src/migrations/rename/rename-texts.ts";
import type { RenameRequest } from "../../../src/migrations/rename/renaming.ts";
import { waitingRename } from "../../../src/migrations/rename/waiting-rename.ts";
import { done, type Found, type Given } from "../command.ts";
import type { DeclaredDatabase } from "../databases.ts";
import { openedAnywhere } from "../opened.ts";
import { nextName, writeNamed } from "./next-file.ts";

/** `new --rename`: the three files of a rename that no release notices, and which code goes with which. Nothing is written unless all three can be. */
export function renameColumn(database: DeclaredDatabase, { project, root }: Given, wanted: string): Found {
  const request = requested(database, wanted);
  const { table, from, to } = request;
  const folder = database.declared.migrations ?? "";
  const directory = join(root, folder);
  const files = namesIfAny(directory).length === 0 ? [] : readFolder(directory);
  const waiting = waitingRename(files, database.key, request, openedAnywhere(project, database.key, root));
  if (waiting !== undefined) throw new UserError(waiting);
  const title = (what: string, column: string): string => `${what}_${word(table)}_${word(column)}`;
  const names: RenameNames = [
    nextName(database, root, title("add", to), 0),
    nextName(database, root, title("relax", from), 1),
    nextName(database, root, title("drop", from), 2),
  ];
  const texts = renameFiles(files, folder, request, names);
  for (const [i, text] of texts.entries()) writeNamed(database, root, names[i] ?? "", text);
  const paths = names.map((name) => `${folder}/${name}`);
  return done(
    { files: paths },
    lines([
      sentence`release 1: ${paths[0] ?? ""}`,
      `  with code that writes both ${from} and ${to}, the same value, and reads either`,
      sentence`release 2: ${paths[1] ?? ""}`,
      sentence`  opened when that code serves alone: ${command("db contract")}; then code that knows ${to} alone`,
      sentence`release 3: ${paths[2] ?? ""}`,
      sentence`  opened when that code serves alone: ${command("db contract")}; no code goes with it`,
      sentence`Look at them, then: ${command("db lint", { database: database.key })}`,
    ]),
  );
}

function requested({ key }: DeclaredDatabase, wanted: string): RenameRequest {
  const [, table, from, to] = /^([^=]+)\.([^=.]+)=([^=]+)$/.exec(wanted) ?? [];
  if (table !== undefined && from !== undefined && to !== undefined) return { table, from, to };
  throw new UserError({
    what: "It is not said which column is renamed",
    where: "--rename",
    got: wanted,
    expected: "<table>.<column>=<new name>",
    fix: [command("db new", { database: key, rename: "notes.text=body" })],
  });
}

/** A name as part of a file's name. */
const word = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "") || "column";
