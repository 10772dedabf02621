import { ApiError } from "../api.ts";
import type { Connection } from "../connection.ts";
import {
  classObjects,
  d1Rows,
  kvKeys,
  queueMessages,
  r2Objects,
  vectors,
  workflowInstances,
} from "./counting.ts";
import type { Contents, Holder, HolderKind } from "./holder.ts";
import { unitOf } from "./plural.ts";

/** What is counted in each kind. */
export const units: Readonly<Record<HolderKind, string>> = {
  d1: "rows",
  r2: "objects",
  kv: "keys",
  vectorize: "vectors",
  queue: "messages",
  class: "objects",
  workflow: "instances",
};

/** Vectorize says 410 of an index that was deleted. */
const isGone = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 404 || error.status === 410);

/** Counts what a holder holds; nothing, where it is not there any more. Throws {@link ApiError} where the token may not look. */
export async function contentsOf(api: Connection, accountId: string, holder: Holder): Promise<Contents> {
  const at = { api, account: `/accounts/${accountId}` };
  try {
    switch (holder.kind) {
      case "d1":
        return await d1Rows({ ...at, holder });
      case "r2":
        return await r2Objects({ ...at, holder });
      case "kv":
        return await kvKeys({ ...at, holder });
      case "vectorize":
        return await vectors({ ...at, holder });
      case "queue":
        return await queueMessages({ ...at, holder });
      case "class":
        return await classObjects({ ...at, holder });
      case "workflow":
        return await workflowInstances({ ...at, holder });
      default:
        return holder satisfies never;
    }
  } catch (error) {
    if (isGone(error)) return { count: 0, atLeast: false };
    throw error;
  }
}

/** `3 rows`, `1000 keys or more`, `an unknown number of objects`. */
export function contentsText(kind: HolderKind, { count, atLeast }: Contents): string {
  const unit = units[kind];
  if (count === undefined) return `an unknown number of ${unit}`;
  return `${count} ${unitOf(count, unit)}${atLeast ? " or more" : ""}`;
}

/** Whether nothing is in it, for certain. */
export const isEmpty = ({ count }: Contents): boolean => count === 0;
