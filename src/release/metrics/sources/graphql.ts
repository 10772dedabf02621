import type { Connection } from "../../../cloudflare/connection.ts";
import { accountAnalytics } from "../../../cloudflare/graphql.ts";
import type { GraphqlSource } from "../../../declare/index.ts";
import type { Read } from "../../gates/reading.ts";
import { type Asked, valueIn } from "./asked.ts";
import { figuresIn, numberAt } from "./figures-in.ts";
import { pointedAt } from "./pointer.ts";

/** Asks Cloudflare's GraphQL analytics; what changes from one measurement to the next is the value of `$filter`. Throws ApiError. */
export async function readGraphql(
  api: Connection,
  accountId: string,
  { dataset, fields, filter, reads, sampleInterval }: GraphqlSource,
  asked: Asked,
): Promise<Read> {
  const found = await accountAnalytics(api, accountId, {
    fields,
    dataset,
    filter: Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, valueIn(value, asked)])),
  });
  const look = (pointer: string): unknown => pointedAt(found, pointer);
  const isSampled = sampleInterval !== undefined && (look(sampleInterval) ?? null) !== null;
  return figuresIn(reads, look, isSampled ? Math.max(1, numberAt(look, sampleInterval)) : 1);
}
