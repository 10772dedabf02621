import { z } from "zod";
import type { StoreOf } from "../../../src/declare/kinds/kinds.ts";

/** Kinds of stores that can take the place of another one of a stack: what binds them does so by an id that is not their declaration's. */
export const switchedKinds = ["d1", "r2", "kv", "vectorize"] as const;
export type SwitchedKind = (typeof switchedKinds)[number];

const store = z.object({
  name: z.string(),
  /** What Cloudflare knows it by: a bucket or an index by its name. */
  id: z.string(),
  /** Of an index: the model that made its vectors, where that is known. */
  model: z.string().optional(),
});
export type NamedStore = Readonly<z.infer<typeof store>>;

/** One store that takes the place of another. */
export const switching = z.object({
  kind: z.enum(switchedKinds),
  /** `<system>/<name>` */
  resource: z.string(),
  /** What the stack has now; it may be gone from the account. */
  from: store,
  to: store,
  /** Of buckets, which have their names within it. @default "default" */
  jurisdiction: z.string().optional(),
  /** The declaration adopts the one that takes the place: it is somebody's, and is never deleted with the stack. @default false */
  adopted: z.boolean().optional(),
});
export type Switching = Readonly<z.infer<typeof switching>>;

export const labelOf = ({ kind, resource }: Pick<Switching, "kind" | "resource">): string =>
  `${kind} ${resource}`;

/** A store that takes the place of another, with what its declaration says of both. */
export function switchingOf(
  declared: StoreOf<SwitchedKind>,
  stage: string,
  of: Pick<Switching, "resource" | "from" | "to">,
): Switching {
  const jurisdiction = declared.kind === "r2" ? declared.jurisdiction : undefined;
  return {
    ...of,
    kind: declared.kind,
    ...(jurisdiction !== undefined && { jurisdiction }),
    ...(declared.adopt?.[stage] === of.to.id && { adopted: true }),
  };
}
