import { z } from "zod";
import { call } from "../../cloudflare/api.ts";
import type { Connection } from "../../cloudflare/connection.ts";
import type { Resource, System } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { command, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { Stage } from "../../project/stage.ts";
import type { StateResource } from "../../reality/state.ts";

/** What would be made, and whom to ask. */
export interface StateLostAsked {
  readonly systems: readonly System[];
  readonly stage: Stage;
  readonly accountId: string;
  readonly connection: () => Connection;
}

const rows = z.array(z.record(z.string(), z.unknown()));
const buckets = z.object({ buckets: rows });

/** Where the stores of a kind are listed, and what has their name. */
const lists = {
  d1: { path: "d1/database?per_page=1000", by: "name" },
  kv: { path: "storage/kv/namespaces?per_page=1000", by: "title" },
  queue: { path: "queues?per_page=1000", by: "queue_name" },
  r2: { path: "r2/buckets?per_page=1000", by: "name" },
} as const;
type Listed = keyof typeof lists;

const isListed = (kind: string): kind is Listed => Object.hasOwn(lists, kind);

/**
 * What refuses to make a protected stage anew over what it has made already: its state knows of nothing, and the account has stores by the very names that are
 * declared. Cloudflare would refuse those one by one, in the middle, and everything without data would be made a second time.
 */
export async function stateLost(
  state: readonly StateResource[],
  { systems, stage, accountId, connection }: StateLostAsked,
): Promise<readonly Diagnostic[]> {
  const isEmpty = state.every(({ type }) => type.startsWith("pulumi:"));
  if (!stage.protected || !isEmpty) return [];
  const wanted = systems.flatMap((system) =>
    system.resources.flatMap((declared) =>
      isListed(declared.kind) && isMadeHere(declared, stage)
        ? [
            {
              kind: declared.kind,
              label: `${system.name}/${declared.name}`,
              name: physicalName(declared, stage),
            },
          ]
        : [],
    ),
  );
  const kinds = [...new Set(wanted.map(({ kind }) => kind))];
  const found = new Map(
    await Promise.all(
      kinds.map(async (kind) => {
        const { path, by } = lists[kind];
        const answer = await call(connection(), "GET", `/accounts/${accountId}/${path}`);
        const all = kind === "r2" ? buckets.parse(answer).buckets : rows.parse(answer);
        return [kind, new Set(all.map((each) => each[by]))] as const;
      }),
    ),
  );
  return wanted
    .filter(({ kind, name }) => found.get(kind)?.has(name) === true)
    .map(({ kind, label, name }) => ({
      what: `Stack ${stage.name} has no state, and its account has ${label} already`,
      where: `${label} (${kind}) in ${stage.name}`,
      got: `a ${kind} named ${name} in account ${accountId}, which no stack knows of`,
      expected: "the state of the stack that made it, or a name that is free",
      fix: sentence`bring the state back: ${command("state restore", { stage: stage.name, file: "<backup>" })}; where there never was one, take over what is there: ${command("import", { resource: label, stage: stage.name })}`,
    }));
}

/** What is adopted or shared has its own way in. */
const isMadeHere = (declared: Resource, { name }: Stage): boolean =>
  (!("adopt" in declared) || declared.adopt?.[name] === undefined) &&
  (!("shared" in declared) || declared.shared !== true);
