import { join } from "node:path";
import { replayed } from "../../src/migrations/drift.ts";
import { differenceLine, differences } from "../../src/migrations/fingerprint.ts";
import { databaseOf } from "../../src/migrations/job.ts";
import type { SchemaObject } from "../../src/migrations/protocol/schemaGuard.ts";
import { readFolder } from "../../src/migrations/reading.ts";
import { readSnapshot } from "../../src/migrations/snapshot.ts";
import { UserError } from "../../src/userError.ts";
import type { Command, Given } from "./command.ts";
import { jobOf, onlyOne, siteOf } from "./site.ts";

/** `diff`: two schemas, object by object. A side is `<stage>:<database>` or `files:<database>`. */
export const diff: Command = {
  name: "diff",
  usage: "diff (<stage> | files):<database> (<stage> | files):<database>",
  summary: "compare two databases, or a database and its files",
  options: {},
  async run(given) {
    const [left, right] = given.words;
    const [was, is] = [await side(given, left), await side(given, right)];
    const found = differences(was, is);
    return {
      value: found,
      text: found.length === 0 ? "the same schema" : found.map(differenceLine).join("\n"),
      ok: found.length === 0,
    };
  },
};

async function side(given: Given, text: string | undefined): Promise<readonly SchemaObject[]> {
  const [, place, name] = /^([^:]+):(.+)$/.exec(text ?? "") ?? [];
  if (place === undefined || name === undefined)
    throw new UserError({
      what: "A side of the comparison cannot be read",
      where: "db diff",
      got: text ?? "nothing",
      expected: "<stage>:<database> or files:<database>",
      fix: "just db diff dev:dome/silo files:dome/silo",
    });
  const database = onlyOne(name);
  if (place !== "files") {
    const { site } = siteOf({ ...given, words: [place], text: () => undefined });
    return (await readSnapshot(databaseOf(await jobOf(site, database, given.root)))).schema;
  }
  const schema = replayed(readFolder(join(given.root, database.declared.migrations ?? "")));
  if (schema !== undefined) return schema;
  throw new UserError({
    what: "The files do not run on an empty database",
    where: database.declared.migrations ?? "",
    got: "a file that fails",
    expected: "a history that can be replayed",
    fix: "see which: just db lint",
  });
}
