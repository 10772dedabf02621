import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { command, lines, sentence } from "../../../src/diagnostic/sentence.ts";
import { refuse, UserError } from "../../../src/diagnostic/user-error.ts";
import { writeWhole } from "../../../src/files/write-whole.ts";
import {
  chainDiagnostic,
  chainProblems,
  readChain,
  writeChain,
} from "../../../src/migrations/files/chain.ts";
import { inOrder, usualName } from "../../../src/migrations/files/names.ts";
import { type MigrationFile, readFolder } from "../../../src/migrations/files/reading.ts";
import { squashProblems } from "../../../src/migrations/files/squashed.ts";
import { squash as asOne } from "../../../src/migrations/squash/squash.ts";
import { targetNamed } from "../../stack/request.ts";
import { type Command, done } from "../command.ts";
import { type DeclaredDatabase, onlyOne } from "../databases.ts";
import { refuseMore } from "../place.ts";
import { refuseUncommitted } from "./git.ts";
import { refuseUnapplied } from "./stages.ts";

/** `squash`: one file in the place of all up to one. It changes files alone; each stage takes it over in its next up. */
export const squash: Command = {
  name: "squash",
  usage: "squash <database> --through <file> [--name <name>]",
  summary: "put one file that makes the same in the place of all up to one",
  options: { target: { type: "string" }, through: { type: "string" }, name: { type: "string" } },
  async run(given) {
    const { words, root, text } = given;
    refuseMore(words, 1);
    const target = targetNamed(text("target"));
    const database = onlyOne(given.project, words[0]);
    const folder = database.declared.migrations ?? "";
    const files = readFolder(join(root, folder)).map((file) => ({ ...file, path: `${folder}/${file.name}` }));
    refuse(unfinished(join(root, folder), folder, files));
    const going = throughOf(database, files, text("through"));
    const name = nameOf(database, files, going, text("name"));
    const path = `${folder}/${name}`;
    refuseUncommitted(root, folder, going);
    const date = new Date().toISOString().slice(0, 10);
    const made = asOne({ files: going, name, path, date });
    const asked = await refuseUnapplied(given, target, database, going);
    write(join(root, folder), { name, made, going });
    return done(
      { file: path, squashed: going.map((file) => file.name), asked },
      lines([
        `${path} stands for ${going.length} files, which are removed: ${going[0]?.name ?? ""} … ${going.at(-1)?.name ?? ""}`,
        "Replayed on SQLite it makes the same schema, rows, counts and search indexes as they do.",
        `Stages that have applied all of them: ${asked.join(", ") || "none has the database"}.`,
        ...(target === "cloudflare"
          ? []
          : ["Nobody asked those of a real account: --target cloudflare does."]),
        sentence`Commit it; the next up of each stage puts its row in the place of theirs: ${command("up")}`,
      ]),
    );
  },
};

/** A folder in which something is under way is not squashed. */
function unfinished(directory: string, folder: string, files: readonly MigrationFile[]) {
  const chain = readChain(directory) ?? [];
  return [
    ...squashProblems(folder, files),
    ...chainProblems(files, chain).map((problem) => chainDiagnostic(folder, problem).diagnostic),
  ];
}

function throughOf(
  { key, declared }: DeclaredDatabase,
  files: readonly MigrationFile[],
  through: string | undefined,
): readonly MigrationFile[] {
  const at = files.findIndex(({ name }) => name === through);
  const last = files.at(-1)?.name;
  if (at >= 1) return files.slice(0, at + 1);
  const isNothing = files.length < 2;
  throw new UserError({
    what: at === 0 || isNothing ? "One file is nothing to squash" : "Squash through which file?",
    where: `${declared.migrations ?? ""}, --through`,
    got: through ?? "no --through",
    expected: isNothing
      ? "a folder with two files at least"
      : `the last file that is to go into the squashed one: ${files
          .slice(1)
          .map(({ name }) => name)
          .join(", ")}`,
    fix: isNothing
      ? "leave the folder as it is"
      : [command("db squash", { database: key, through: last ?? "<file>" })],
  });
}

/** The number of the last file that goes: numbers that stages know are never given again. */
function nameOf(
  { key }: DeclaredDatabase,
  files: readonly MigrationFile[],
  going: readonly MigrationFile[],
  said = "squashed",
): string {
  const through = going.at(-1)?.name ?? "";
  const number = /^\d+/.exec(through)?.[0] ?? "";
  const usual =
    number === "" ? `${through.replace(/(\/migration)?\.sql$/i, "")}_${said}.sql` : `${number}_${said}.sql`;
  const isNested = files.every(({ name }) => name.includes("/"));
  const name = isNested ? usual.replace(/\.sql$/, "/migration.sql") : usual;
  const next = files[going.length]?.name;
  const isFree = files.every((file) => file.name !== name);
  const isFirst = next === undefined || inOrder(name, next) < 0;
  // A number of three digits, or a time, is as good as those before it.
  if (usualName.test(`0001_${said}.sql`) && isFree && isFirst) return name;
  throw new UserError({
    what: "The squashed file needs another name",
    where: "--name",
    got: name,
    expected: `words of a–z and 0–9 joined by _, free${next === undefined ? "" : `, and in order before ${next}`}`,
    fix: [command("db squash", { database: key, through, name: "all_so_far" })],
  });
}

/** Killed in between, the folder has both, which every other command refuses with the way back. */
function write(
  directory: string,
  {
    name,
    made,
    going,
  }: { readonly name: string; readonly made: string; readonly going: readonly MigrationFile[] },
): void {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, made);
  for (const { name: old } of going) {
    rmSync(join(directory, old));
    const within = dirname(join(directory, old));
    if (old.includes("/") && existsSync(within) && readdirSync(within).length === 0) rmdirSync(within);
  }
  writeChain(directory, readFolder(directory));
}
