import { join } from "node:path";
import { z } from "zod";
import { databaseNamed, endpointOf } from "../../src/backup/databases.ts";
import { type IndexShape, indexNamed } from "../../src/backup/vectors/vectors.ts";
import type { ModelRecipe, Vectorize } from "../../src/declare/index.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Database } from "../../src/migrations/database/database.ts";
import { readSnapshot } from "../../src/migrations/database/snapshot.ts";
import { queryDatabase } from "../../src/migrations/database/transports.ts";
import { outputsOf } from "../../src/reality/state.ts";
import { declaredIndex } from "../../src/reindex/declared-index.ts";
import { textColumn } from "../../src/reindex/item.ts";
import { digestOf } from "../../src/reindex/journal.ts";
import { type Noted, noteOf } from "../../src/reindex/noted.ts";
import { checkedSelect, type Selection, type Size, sizeOf } from "../../src/reindex/select.ts";
import { kinds } from "../../src/resources/kinds/kinds.ts";
import { hadBy } from "../backup/restore/places.ts";
import { stateOf } from "../stack/state.ts";
import type { NamedStore } from "../stack/switch/switching.ts";
import type { At } from "./prepared.ts";

/** An index that is to be made again, and what it is made from. */
export interface IndexJob {
  /** `<system>/<name>` */
  readonly key: string;
  readonly declared: Vectorize;
  readonly recipe: ModelRecipe;
  /** What the stack has now. */
  readonly from: NamedStore;
  /** The re-indexing of it that the state says is under way, here or elsewhere. */
  readonly note: Noted | undefined;
  /** What that is like at Cloudflare; undefined where it is gone. */
  readonly was: IndexShape | undefined;
  /** What is declared. */
  readonly shape: IndexShape;
  readonly database: Database;
  readonly selection: Selection;
  readonly rows: number;
  readonly size: Size;
  /** Another one where other vectors would come of it. */
  readonly digest: string;
  /** Where this machine keeps what it made. */
  readonly file: string;
}

/** Everything that can be wrong is found here, before anything is made. */
export async function jobOf(at: At): Promise<IndexJob> {
  const { request, site, systems, run, root } = at;
  const { stage, target } = request;
  const { system, index: declared } = declaredIndex(systems, request.index);
  const key = `${system.name}/${declared.name}`;
  const { recipe } = declared;
  if (recipe === undefined || !("model" in recipe)) throw withoutModel(key, declared, stage.name);
  const state = (await stateOf(stage, run)) ?? [];
  const had = hadBy(state, { kind: "vectorize", key });
  const id = await databaseNamed(site, physicalName(recipe.database, stage));
  if (had === undefined || id === undefined)
    throw new UserError({
      what:
        had === undefined ? "The stack has never had this index" : "The recipe's database does not exist yet",
      where: `${had === undefined ? key : `${system.name}/${recipe.database.name}`} in stage ${stage.name}`,
      got: "nothing at Cloudflare",
      expected: "a stage that is up with both",
      fix: [command("up", { stage: stage.name })],
    });
  const database = queryDatabase(endpointOf(site, id), `${system.name}/${recipe.database.name}`);
  const selection = checkedSelect(`${key}, recipe`, recipe.select, (await readSnapshot(database)).schema);
  if (!selection.columns.includes(textColumn) || selection.key === textColumn)
    throw withoutText(key, selection);
  for (const column of selection.columns)
    if (column !== selection.key && column !== textColumn && !isMetadataKey(column))
      throw noMetadataKey(key, column);
  const size = await sizeOf(database, selection, textColumn);
  const { model } = known.parse(outputsOf(state, kinds.vectorize.type, key) ?? {});
  return {
    ...{ key, declared, recipe, database, selection, note: noteOf(state, key) },
    from: { ...had, ...(model !== undefined && { model }) },
    was: await indexNamed(site, had.name),
    shape: {
      dimensions: declared.dimensions,
      metric: declared.metric,
      description: declared.description ?? "",
      metadataIndexes: Object.entries(declared.metadataIndexes ?? {}).map(([propertyName, indexType]) => ({
        propertyName,
        indexType,
      })),
    },
    ...{ size, rows: size.rows },
    digest: digestOf(id, selection.select, recipe.model, String(declared.dimensions), declared.metric),
    file: join(root, ".lockstep/reindex", `${target}-${stage.name}-${system.name}-${declared.name}.sqlite`),
  };
}

/** Vectorize takes no other name of a property. */
const isMetadataKey = (name: string): boolean => /^[^$".][^".]{0,511}$/.test(name);

const known = z.object({ model: z.string().optional() });

function withoutModel(key: string, { recipe, name }: Vectorize, stage: string): UserError {
  const where = `${key}, recipe`;
  if (recipe !== undefined && "queue" in recipe)
    return new UserError({
      what: "A worker makes the vectors of this index, and writes them only into the index that it is bound to; nothing was made",
      where,
      got: `a recipe with queue ${recipe.queue.name}`,
      expected: "a recipe with a model of Workers AI, which this command asks itself",
      fix: sentence`to make the same vectors again, in the index that serves: ${command("db reindex", { stage, index: key })}. For another model or shape declare a second index beside it with a recipe of the same queue, let the consumer write into both, fill the second by the same command, and let queries ask it (docs/backups.md, An index whose vectors a worker makes)`,
    });
  return new UserError({
    what: "It is not declared how the vectors of this index are made; nothing was made",
    where,
    got: "no recipe",
    expected: "a database, a SELECT with a column named text, and a model of Workers AI",
    fix: `give it to vectorize("${name}"): recipe: { database: notes, select: "SELECT id, body AS text FROM notes", model: "@cf/baai/bge-m3" }. Where no SELECT gives what is embedded, a worker has to make the vectors: docs/backups.md, An index whose vectors a worker makes`,
  });
}

const noMetadataKey = (key: string, column: string): UserError =>
  new UserError({
    what: "A column of the recipe has a name that no property of a vector's metadata may have; nothing was made",
    where: `${key}, recipe`,
    got: JSON.stringify(column),
    expected: "a name without dots and double quotes that does not begin with $",
    fix: "name it in the SELECT, such as lower(author) AS author",
  });

const withoutText = (key: string, { columns }: Selection): UserError =>
  new UserError({
    what: "The recipe does not say what is embedded; nothing was made",
    where: `${key}, recipe`,
    got: `the columns ${columns.join(", ")}`,
    expected: `the vector's id first, and a column ${textColumn} behind it`,
    fix: `name it in the SELECT, such as title || ' ' || body AS ${textColumn}`,
  });
