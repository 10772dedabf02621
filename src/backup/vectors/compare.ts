import type { Account } from "../account.ts";
import { type IndexShape, indexNamed, stateOf, type Vector, vectorsById } from "./vectors.ts";

/** What an index should be. */
export interface ExpectedIndex {
  readonly shape: IndexShape;
  readonly vectors: () => AsyncIterable<Vector>;
}

/** Beyond so many, a person reads no more of them. */
const mostDifferences = 20;
const atOnce = 120;

/** What an index has otherwise than it should, a sentence each: its shape, and every vector with its values, namespace and metadata. */
export async function indexDifferences(
  account: Account,
  name: string,
  { shape, vectors }: ExpectedIndex,
): Promise<readonly string[]> {
  const is = await indexNamed(account, name);
  if (is === undefined) return ["the index is missing"];
  const found = otherShape(shape, is);
  let open: Vector[] = [];
  let count = 0;
  const compare = async (): Promise<void> => {
    const there = await vectorsById(
      account,
      name,
      open.map(({ id }) => id),
    );
    const byId = new Map(there.map((each) => [each.id, each]));
    for (const each of open) found.push(...otherVector(each, byId.get(each.id)));
    open = [];
  };
  for await (const each of vectors()) {
    count++;
    open.push(each);
    if (open.length >= atOnce) await compare();
    if (found.length >= mostDifferences) return found.slice(0, mostDifferences);
  }
  await compare();
  const has = (await stateOf(account, name)).count;
  if (has > count) found.push(`there are ${has - count} vectors too much`);
  return found.slice(0, mostDifferences);
}

function otherShape(should: IndexShape, is: IndexShape): string[] {
  const fields = ["dimensions", "metric", "description"] as const;
  const text = ({ metadataIndexes }: IndexShape): string =>
    metadataIndexes
      .map(({ propertyName, indexType }) => `${propertyName} (${indexType})`)
      .sort()
      .join(", ");
  return [
    ...fields.flatMap((field) =>
      should[field] === is[field] ? [] : [`its ${field} is ${is[field]}, not ${should[field]}`],
    ),
    ...(text(should) === text(is) ? [] : [`it indexes the metadata ${text(is)}, not ${text(should)}`]),
  ];
}

function otherVector(should: Vector, is: Vector | undefined): readonly string[] {
  const name = `vector ${JSON.stringify(should.id)}`;
  if (is === undefined) return [`${name} is missing`];
  const sameValues =
    is.values.length === should.values.length &&
    // Vectorize keeps 32 bits of each.
    is.values.every((value, i) => Math.fround(value) === Math.fround(should.values[i] ?? Number.NaN));
  if (!sameValues) return [`${name} has other values`];
  return is.namespace === should.namespace && ordered(is.metadata) === ordered(should.metadata)
    ? []
    : [`${name} has another namespace or other metadata`];
}

/** JSON whatever the order of its names. */
const ordered = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
