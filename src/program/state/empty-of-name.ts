import { z } from "zod";
import { ApiError, call } from "../../cloudflare/api.ts";
import type { Connection } from "../../cloudflare/connection.ts";
import { contentsOf, isEmpty } from "../../cloudflare/contents/contents.ts";
import type { Holder } from "../../cloudflare/contents/holder.ts";
import { readServing } from "../../cloudflare/deployments.ts";
import { textIn } from "../../declare/bindings/stage-text.ts";
import type { Hyperdrive, Resource } from "../../declare/index.ts";
import type { ResourceKind, ResourceOf } from "../../declare/kinds/kinds.ts";
import { physicalName, textStage } from "../../declare/physical-name.ts";
import type { Stage } from "../../project/stage.ts";

/** Where it is looked up. */
export interface LookUp {
  readonly stage: Stage;
  readonly accountId: string;
  /** Called only where something has to be asked. */
  readonly connection: () => Connection;
}

type Finder<Kind extends ResourceKind> = (
  declared: ResourceOf<Kind>,
  name: string,
  at: LookUp,
) => Promise<string | undefined>;

/** What is imported, of each kind, and the id of a Hyperdrive configuration, which cannot be; undefined where there is none of the name, or something is in it. */
const finders: { readonly [Kind in ResourceKind]: Finder<Kind> } = {
  d1: (_declared, name, at) =>
    listed("d1/database", { name: "name", id: "uuid" }, name, at, (id) =>
      holdsNothing({ kind: "d1", id }, at),
    ),
  kv: (_declared, name, at) =>
    listed("storage/kv/namespaces", { name: "title", id: "id" }, name, at, (id) =>
      holdsNothing({ kind: "kv", id }, at),
    ),
  queue: (_declared, name, at) =>
    listed("queues", { name: "queue_name", id: "queue_id" }, name, at, (id) =>
      holdsNothing({ kind: "queue", id }, at),
    ),
  worker: (_declared, name, at) =>
    listed("workers/workers", { name: "name", id: "id" }, name, at, async () =>
      (await readServing(at.connection(), at.accountId, [name])).every(
        ({ versions }) => versions.length === 0,
      ),
    ),
  r2: async ({ jurisdiction = "default" }, name, at) => {
    const headers = { "cf-r2-jurisdiction": jurisdiction };
    const found = await read(`r2/buckets/${encodeURIComponent(name)}`, at, headers);
    return found !== undefined && (await holdsNothing({ kind: "r2", name, jurisdiction }, at))
      ? `${at.accountId}/${name}/${jurisdiction}`
      : undefined;
  },
  // Of another shape it is refused by its provider, in its own words.
  vectorize: async (_declared, name, at) =>
    (await read(`vectorize/v2/indexes/${encodeURIComponent(name)}`, at)) !== undefined &&
    (await holdsNothing({ kind: "vectorize", name }, at))
      ? name
      : undefined,
  aiGateway: async (_declared, name, at) => {
    const logs = await read(`ai-gateway/gateways/${encodeURIComponent(name)}/logs?per_page=1`, at);
    return logs !== undefined && rows.parse(logs).length === 0 ? `${at.accountId}/${name}` : undefined;
  },
  hyperdrive: async (declared, name, at) => {
    const found = configs.parse(await read("hyperdrive/configs", at)).filter((each) => each.name === name);
    const [only] = found;
    return only !== undefined && leadsTo(declared, only.origin, at) && !(await isBound(only.id, at))
      ? only.id
      : undefined;
  },
};

/** What Pulumi imports the one by that has the declared name and that nothing is in; undefined where there is none. */
export const emptyId = <Kind extends ResourceKind>(
  declared: ResourceOf<Kind> & Resource,
  at: LookUp,
): Promise<string | undefined> => finders[declared.kind](declared, physicalName(declared, at.stage), at);

const rows = z.array(z.record(z.string(), z.unknown()));

async function listed(
  path: string,
  keys: { readonly name: string; readonly id: string },
  wanted: string,
  at: LookUp,
  isEmptyOne: (id: string) => Promise<boolean>,
): Promise<string | undefined> {
  const seen = new Set<unknown>();
  for (let page = 1; ; page++) {
    const found = rows.parse(await read(`${path}?page=${page}&per_page=100`, at));
    const id = found.find((each) => each[keys.name] === wanted)?.[keys.id];
    if (typeof id === "string") return (await isEmptyOne(id)) ? `${at.accountId}/${id}` : undefined;
    // A list that does not know pages is the same again.
    if (found.every((each) => seen.has(each[keys.id]))) return undefined;
    for (const each of found) seen.add(each[keys.id]);
  }
}

const holdsNothing = async (holder: Holder, { connection, accountId }: LookUp): Promise<boolean> =>
  isEmpty(await contentsOf(connection(), accountId, holder));

/** Below the account; undefined where there is no such thing. Vectorize says 410 of an index that was deleted. */
async function read(
  path: string,
  { connection, accountId }: LookUp,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  try {
    return await call(connection(), "GET", `/accounts/${accountId}/${path}`, undefined, headers);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 410)) return undefined;
    throw error;
  }
}

const scripts = z.array(z.object({ id: z.string() }));
const settings = z.object({ bindings: z.array(z.looseObject({ id: z.unknown() })).nullish() });

/** Whether any worker of the account binds it. Asked only of a name that is taken and that the state does not have. */
async function isBound(id: string, at: LookUp): Promise<boolean> {
  const all = scripts.parse((await read("workers/scripts", at)) ?? []);
  const bindings = await Promise.all(
    all.map(async (script) => read(`workers/scripts/${encodeURIComponent(script.id)}/settings`, at)),
  );
  return bindings.some((each) => settings.parse(each ?? {}).bindings?.some((binding) => binding.id === id));
}

const origin = z.looseObject({
  host: z.string().optional(),
  database: z.string().optional(),
  user: z.string().optional(),
});
const configs = z.array(z.object({ id: z.string(), name: z.string(), origin }));

const leadsTo = (
  { origin: declared }: Hyperdrive,
  { host, database, user }: z.infer<typeof origin>,
  { stage }: LookUp,
): boolean =>
  host === textIn(declared.host, textStage(stage)) &&
  database === textIn(declared.database, textStage(stage)) &&
  user === textIn(declared.user, textStage(stage));
