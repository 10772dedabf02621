import { z } from "zod";
import type { Account } from "../account.ts";
import { ask, formOf, indexPath, mutation, type Vector } from "./vectors.ts";

/** As it is written: {@link Vector} is what was read. */
type Written = Pick<Vector, "id" | "namespace"> & {
  readonly values: readonly number[];
  readonly metadata?: Readonly<Record<string, unknown>>;
};

/** Puts vectors into an index, over those of their ids. Gives the change's id; it is carried out some time after it was taken. */
export async function upsertVectors(
  account: Account,
  name: string,
  vectors: readonly Written[],
): Promise<string | undefined> {
  const form = formOf(vectors.map((each) => `${JSON.stringify(each)}\n`));
  return (
    mutation.parse(await ask(account, "POST", `${indexPath(account, name)}/upsert`, form)).mutationId ??
    undefined
  );
}

/** Takes vectors out of an index; those that are not in it are no error. */
export async function deleteVectors(
  account: Account,
  name: string,
  ids: readonly string[],
): Promise<string | undefined> {
  const path = `${indexPath(account, name)}/delete_by_ids`;
  return mutation.parse(await ask(account, "POST", path, { ids })).mutationId ?? undefined;
}

const matches = z.object({ matches: z.array(z.object({ id: z.string() })) });

/** Ids of the vectors nearest to one, the nearest first. */
export async function nearestTo(
  account: Account,
  name: string,
  vector: readonly number[],
  topK: number,
): Promise<readonly string[]> {
  const query = { vector, topK, returnValues: false, returnMetadata: "none" };
  const found = await ask(account, "POST", `${indexPath(account, name)}/query`, query);
  return matches.parse(found).matches.map(({ id }) => id);
}
