import { join } from "node:path";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { readSnapshot } from "../../src/migrations/database/snapshot.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { databaseOf } from "../../src/migrations/plan/job.ts";
import { replay } from "../../src/migrations/plan/replayed.ts";
import { differenceLine, differences } from "../../src/migrations/shadow/differences.ts";
import type { SchemaObject } from "../../src/migrations/sql/schema-guard.ts";
import type { Command, Given } from "./command.ts";
import { type DeclaredDatabase, onlyOne } from "./databases.ts";
import { placeOf, placeOptions, refuseMore } from "./place.ts";
import { jobOf, siteOf } from "./site.ts";

/** `diff`: two schemas, object by object. A side is `<stage>:<database>` or `files:<database>`. */
export const diff: Command = {
  name: "diff",
  usage: "diff (<stage> | files):<database> (<stage> | files):<database>",
  summary: "compare two databases, or a database and its files",
  options: { target: placeOptions.target },
  async run(given) {
    refuseMore(given.words, 2);
    const [left, right] = given.words;
    const sides = [sideOf(given, left), sideOf(given, right)] as const;
    const [was, is] = [await schemaOf(given, sides[0]), await schemaOf(given, sides[1])];
    const named = { expected: left ?? "", live: right ?? "" };
    const found = differences(was, is, named);
    return {
      value: found,
      text:
        found.length === 0
          ? "the same schema"
          : found.map((difference) => differenceLine(difference, named)).join("\n"),
      ok: found.length === 0,
    };
  },
};

interface Side {
  /** A stage's name, or "files". */
  readonly place: string;
  readonly database: DeclaredDatabase;
}

function sideOf(given: Given, text: string | undefined): Side {
  const { stages } = given.project;
  const [, place = "", name] = /^([^:]+):(.+)$/.exec(text ?? "") ?? [];
  if (name === undefined || !["files", ...stages.map((stage) => stage.name)].includes(place))
    throw new UserError({
      what: "A side of the comparison cannot be read",
      where: "db diff",
      got: text ?? "nothing",
      expected: `<stage>:<database> or files:<database>; the stages are ${stages.map((stage) => stage.name).join(", ")}`,
      fix: [command("db diff", { left: `${stages[0]?.name}:<database>`, right: "files:<database>" })],
    });
  return { place, database: onlyOne(given.project, name) };
}

async function schemaOf(given: Given, { place, database }: Side): Promise<readonly SchemaObject[]> {
  if (place !== "files") {
    const site = await siteOf(placeOf({ ...given, words: [place] }, 0), given);
    return (await readSnapshot(databaseOf(await jobOf(site, database, given.root)))).schema;
  }
  const made = replay(readFolder(join(given.root, database.declared.migrations ?? "")));
  if (made.kind === "schema") return made.schema;
  throw new UserError({
    what: "The files do not run on an empty database",
    where: `${made.file.path}:${made.line}`,
    got: made.message,
    expected: "a history that can be replayed",
    fix: sentence`see all that is to be said about it: ${command("db lint", { database: database.key })}`,
  });
}
