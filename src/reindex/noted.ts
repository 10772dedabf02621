import { z } from "zod";

/** A re-indexing that was begun, and whose index does not serve yet. */
const shape = z.object({
  /** The index that it fills, as Cloudflare names it. */
  index: z.string(),
  by: z.string(),
  /** ISO 8601. */
  at: z.string(),
});
export type Noted = Readonly<z.infer<typeof shape>>;

const known = z.object({ reindexing: z.record(z.string(), shape).default({}) });

/** Those that the state of a stack tells of, by `<system>/<name>`. @param target the inputs of its first resource */
export const notedIn = (target: unknown): Readonly<Record<string, Noted>> =>
  known.parse(target ?? {}).reindexing;

/** The first resource of a stack, which keeps them. */
export const targetType = "pulumi-nodejs:dynamic/lockstep:Target";

/** The one of an index that a stack's state tells of. @param key `<system>/<name>` */
export const noteOf = (
  state: readonly { readonly type: string; readonly inputs: unknown }[],
  key: string,
): Noted | undefined => notedIn(state.find(({ type }) => type === targetType)?.inputs)[key];

const stores = z.object({ stores: z.record(z.string(), z.object({ id: z.string() })).default({}) });

/**
 * What the first resource keeps of them over an `up`, as inputs; nothing where none is left. One whose index serves has come to its end.
 * @param olds what it had
 * @param news what the program says
 */
export function keptNotes(olds: unknown, news: unknown): z.infer<typeof known> | undefined {
  const { stores: serving } = stores.parse(news ?? {});
  const left = Object.entries(notedIn(olds)).filter(
    ([key, { index }]) => serving[`vectorize ${key}`]?.id !== index,
  );
  return left.length === 0 ? undefined : { reindexing: Object.fromEntries(left) };
}
