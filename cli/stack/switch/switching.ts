import { z } from "zod";

/** Kinds of stores that can take the place of another one of a stack: what binds them does so by an id that is not their declaration's. */
export const switchedKinds = ["d1", "kv", "vectorize"] as const;
export type SwitchedKind = (typeof switchedKinds)[number];

const store = z.object({
  name: z.string(),
  /** What Cloudflare knows it by: an index by its name. */
  id: z.string(),
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
});
export type Switching = Readonly<z.infer<typeof switching>>;

export const labelOf = ({ kind, resource }: Pick<Switching, "kind" | "resource">): string =>
  `${kind} ${resource}`;

/** The same, back. */
export const reversed = ({ from, to, ...of }: Switching): Switching => ({ ...of, from: to, to: from });
