import { z } from "zod";
import { type Asked, ask } from "./ask.ts";

const namespaces = z.array(
  z.looseObject({ id: z.string(), script: z.string().nullish(), class: z.string().nullish() }),
);

/** Where the objects of one Durable Object class are. */
export interface Namespace {
  readonly id: string;
  /** Physical name of the worker that has the class. */
  readonly script: string;
  readonly className: string;
}

const perPage = 100;

/** Every namespace of Durable Objects that the account has. */
export async function readNamespaces(asked: Asked): Promise<readonly Namespace[]> {
  const all = new Map<string, Namespace>();
  for (let page = 1; ; page++) {
    const path = `workers/durable_objects/namespaces?per_page=${perPage}&page=${page}`;
    const found = namespaces.parse((await ask(asked, path, "Workers Metadata Read-Only")) ?? []);
    const before = all.size;
    for (const { id, script, class: className } of found)
      all.set(id, { id, script: script ?? "", className: className ?? "" });
    // A list that does not know pages is the same again.
    if (found.length < perPage || all.size === before) return [...all.values()];
  }
}
