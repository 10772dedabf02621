import { z } from "zod";

const codeStatement = z.object({
  /** What is sent; a value of running code is a `?` in it, a list of them as many as it takes. */
  sql: z.string(),
  /** From the project's root; lines and columns from 1. Where the text begins. */
  file: z.string(),
  line: z.number(),
  column: z.number(),
  /** Whether all of it is known but values: nothing in it could bring tables or columns along. */
  complete: z.boolean(),
  /** How the code says what is not known: `table` of `SELECT * FROM ${table}`. */
  unresolved: z.array(z.string()).readonly(),
});

/** A statement that a worker's code holds, as text. */
export type CodeStatement = Readonly<z.infer<typeof codeStatement>>;

export const form = codeStatement.extend({
  /** The way that the code goes to it, by the place where it turns. */
  ways: z.record(z.string(), z.number()),
});

/** One form of a statement, where code decides between several. */
export type Form = Readonly<z.infer<typeof form>>;

const use = z.object({
  method: z.enum(["prepare", "exec"]),
  /** By which names what it is given to was taken out of an object, `DB` of `env.DB`; null for what cannot be seen. */
  receivers: z.array(z.string().nullable()).readonly(),
  /** All that it can be; one, where nothing in it depends on the way that the code goes. */
  forms: z.array(form).readonly(),
});

/** One place where code gives a statement to something that takes SQL. */
export type Use = Readonly<z.infer<typeof use>>;

export const bundleStatements = z.object({
  uses: z.array(use).readonly(),
  /** Why nothing of it could be read. @default - it was read */
  unread: z.string().exactOptional(),
  /** Whether the bundle has a `prepare` of its own: something that takes SQL and is no D1. */
  hasOwnPrepare: z.boolean(),
});

/** What a bundle gives to its databases. */
export type BundleStatements = Readonly<z.infer<typeof bundleStatements>>;
