import { join } from "node:path";
import { z } from "zod";
import { databaseNamed, endpointOf } from "../../src/backup/databases.ts";
import { type IndexShape, indexNamed } from "../../src/backup/vectors/vectors.ts";
import type { ModelRecipe, System, Vectorize } from "../../src/declare/index.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Database } from "../../src/migrations/database/database.ts";
import { readSnapshot } from "../../src/migrations/database/snapshot.ts";
import { queryDatabase } from "../../src/migrations/database/transports.ts";
import { outputsOf } from "../../src/reality/state.ts";
import { textColumn } from "../../src/reindex/item.ts";
import { digestOf } from "../../src/reindex/journal.ts";
import { checkedSelect, countRows, type Selection } from "../../src/reindex/select.ts";
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
  /** What that is like at Cloudflare; undefined where it is gone. */
  readonly was: IndexShape | undefined;
  /** What is declared. */
  readonly shape: IndexShape;
  readonly database: Database;
  readonly selection: Selection;
  readonly rows: number;
  /** Another one where other vectors would come of it. */
  readonly digest: string;
  /** Where this machine keeps what it made. */
  readonly file: string;
}

/** Everything that can be wrong is found here, before anything is made. */
export async function jobOf(at: At): Promise<IndexJob> {
  const { request, site, systems, run, root } = at;
  const { stage, target } = request;
  const { system, declared } = declaredIndex(systems, request.index);
  const key = `${system.name}/${declared.name}`;
  const { recipe } = declared;
  if (recipe === undefined || !("model" in recipe)) throw withoutModel(key, declared);
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
  const { model } = known.parse(outputsOf(state, kinds.vectorize.type, key) ?? {});
  return {
    ...{ key, declared, recipe, database, selection },
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
    rows: await countRows(database, selection),
    digest: digestOf(id, selection.select, recipe.model, String(declared.dimensions), declared.metric),
    file: join(root, ".lockstep/reindex", `${target}-${stage.name}-${system.name}-${declared.name}.sqlite`),
  };
}

const known = z.object({ model: z.string().optional() });

function declaredIndex(
  systems: readonly System[],
  name: string,
): { readonly system: System; readonly declared: Vectorize } {
  const all = systems.flatMap((system) =>
    system.resources.flatMap((declared) => (declared.kind === "vectorize" ? [{ system, declared }] : [])),
  );
  const found = all.filter(
    ({ system, declared }) => `${system.name}/${declared.name}` === name || declared.name === name,
  );
  const [one, ...others] = found;
  if (one !== undefined && others.length === 0) return one;
  throw new UserError({
    what: found.length === 0 ? "There is no such Vectorize index" : "Several indexes have this name",
    where: "the command's index argument",
    got: name,
    expected:
      all.map(({ system, declared }) => `${system.name}/${declared.name}`).join(", ") || "a declared index",
    fix: "name one of them",
  });
}

const withoutModel = (key: string, { recipe, name }: Vectorize): UserError =>
  new UserError({
    what: "It is not declared how this command makes the vectors of the index; nothing was made",
    where: `${key}, recipe`,
    got:
      recipe === undefined
        ? "no recipe"
        : "a recipe whose vectors a worker makes: it writes only into the index that it is bound to",
    expected: "a database, a SELECT with a column named text, and a model of Workers AI",
    fix: sentence`give it to vectorize("${name}"): recipe: { database: notes, select: "SELECT id, body AS text FROM notes", model: "@cf/baai/bge-m3" }. Where no SELECT gives what is embedded, declare a second index beside it, bind the worker to both, and fill that by the queue`,
  });

const withoutText = (key: string, { columns }: Selection): UserError =>
  new UserError({
    what: "The recipe does not say what is embedded; nothing was made",
    where: `${key}, recipe`,
    got: `the columns ${columns.join(", ")}`,
    expected: `the vector's id first, and a column ${textColumn} behind it`,
    fix: `name it in the SELECT, such as title || ' ' || body AS ${textColumn}`,
  });
