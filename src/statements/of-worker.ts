import type { D1 } from "../declare/index.ts";
import type { Binding } from "../declare/kinds/kinds.ts";
import type { BundleStatements, Form } from "./statement.ts";

/** A statement of a worker, with every form that it has, and the databases that it may be meant for. */
export interface WorkerStatement {
  readonly worker: string;
  /** Names of databases; more than one where it cannot be told which of them it goes to. */
  readonly databases: readonly string[];
  readonly forms: readonly Form[];
}

/** What one worker gives to the D1 databases that it binds. */
export interface WorkerStatements {
  readonly worker: string;
  readonly statements: readonly WorkerStatement[];
  /** Texts that may go to something that is no D1: said, and not held against anything. */
  readonly elsewhere: number;
  /** Why its bundle could not be read. @default - it was read */
  readonly unread?: string;
}

/** Ties what a bundle gives away to the databases that its worker binds. */
export function statementsOf(
  worker: { readonly name: string; readonly env: Readonly<Record<string, Binding>> },
  { uses, unread, hasOwnPrepare }: BundleStatements,
): WorkerStatements {
  const databases = Object.values(worker.env).flatMap((bound) => databaseOf(bound) ?? []);
  if (databases.length === 0) return { worker: worker.name, statements: [], elsewhere: 0 };
  const hasOther = hasOwnPrepare || Object.values(worker.env).some(isHyperdrive);
  const tied = uses.map(({ method, receivers, forms }) => {
    const each = receivers.map((name) => boundAs(name === null ? undefined : worker.env[name]));
    const isSure = !each.includes("unknown") || (method === "prepare" && !hasOther);
    const own = each.flatMap((bound) => (bound === "unknown" ? databases : bound));
    return { method, isSure, names: [...new Set(own.map(({ name }) => name))], forms };
  });
  const meant = tied.filter(({ names }) => names.length > 0);
  return {
    worker: worker.name,
    statements: meant
      .filter(({ isSure }) => isSure)
      .map(({ names, forms }) => ({ worker: worker.name, databases: names, forms }))
      .filter(isFirstOfItsKind()),
    // `.exec` is a method of regular expressions and of a Durable Object's storage too.
    elsewhere: meant.filter(({ isSure, method }) => !isSure && method === "prepare").length,
    ...(unread !== undefined && { unread }),
  };
}

/** A helper that several callers go through gives the same statement for each of them. */
function isFirstOfItsKind(): (statement: WorkerStatement) => boolean {
  const seen = new Set<string>();
  return ({ databases, forms }) => {
    const key = JSON.stringify([databases, forms]);
    return !seen.has(key) && seen.add(key) !== undefined;
  };
}

const boundAs = (bound: Binding | undefined): readonly D1[] | "unknown" =>
  bound === undefined ? "unknown" : [databaseOf(bound)].flatMap((database) => database ?? []);

const isHyperdrive = (bound: Binding): boolean => typeof bound !== "string" && bound.kind === "hyperdrive";

const databaseOf = (bound: Binding): D1 | undefined =>
  typeof bound !== "string" && bound.kind === "d1" ? bound : undefined;
