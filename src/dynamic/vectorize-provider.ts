import { z } from "zod";
import { ApiError, call } from "../cloudflare/api.ts";
import { type Connection, connection } from "../cloudflare/connection.ts";
import { UserError } from "../diagnostic/user-error.ts";

const shape = z.object({ dimensions: z.number(), metric: z.string() });
const inputs = shape.extend({
  accountId: z.string(),
  name: z.string(),
  description: z.string().default(""),
  metadataIndexes: z.record(z.string(), z.string()).default({}),
  model: z.string().optional(),
  takesOver: z.boolean().default(false),
  halfMade: z.boolean().default(false),
});
/** Whether the stack made it, or took it over; states of earlier versions do not say, and then it counts as made. */
const origin = z.object({ made: z.boolean().default(true) });
type Inputs = z.infer<typeof inputs>;
const described = z.object({
  config: shape,
  description: z.string().nullish(),
  created_on: z.string().optional(),
});
type Described = z.infer<typeof described>;
const indexList = z.object({
  metadataIndexes: z.array(z.object({ propertyName: z.string(), indexType: z.string() })),
});

/** The provider behind the resource `VectorizeIndex`. An index that exists is taken over only where that is declared, or where an earlier run of the stack made it; what was taken over because it is declared is never deleted. */
export const provider = {
  async check(_olds: unknown, news: unknown): Promise<{ inputs: unknown; failures: never[] }> {
    return { inputs: news, failures: [] };
  },

  /** Cloudflare can change nothing of an index but its metadata indexes: everything else is another index. */
  async diff(
    _id: string,
    olds: unknown,
    news: unknown,
  ): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace?: boolean }> {
    const [before, after] = [inputs.parse(olds), inputs.parse(news)];
    const keys = ["accountId", "name", "dimensions", "metric", "description"] as const;
    const replaces = keys.filter((key) => before[key] !== after[key]);
    const sameName = before.name === after.name && before.accountId === after.accountId;
    return {
      changes:
        replaces.length > 0 ||
        before.model !== after.model ||
        !sameRecord(before.metadataIndexes, after.metadataIndexes),
      replaces,
      ...(replaces.length > 0 && { deleteBeforeReplace: sameName }),
    };
  },

  async create(news: unknown): Promise<{ id: string; outs: unknown }> {
    const wanted = inputs.parse(news);
    const api = connection(process.env, process.cwd());
    const there = await adopted(api, wanted);
    const index = there ?? (await created(api, wanted));
    await setMetadataIndexes(api, wanted);
    const made = there === undefined || (wanted.halfMade && !wanted.takesOver);
    return { id: wanted.name, outs: { ...record(news), createdOn: index.created_on ?? "", made } };
  },

  async update(_id: string, olds: unknown, news: unknown): Promise<{ outs: unknown }> {
    await setMetadataIndexes(connection(process.env, process.cwd()), inputs.parse(news));
    const { made } = origin.parse(olds);
    const { model: _, ...kept } = record(olds);
    return { outs: { ...kept, ...record(news), createdOn: record(olds)["createdOn"] ?? "", made } };
  },

  /** What is really there, so that a refresh shows what was changed by hand; no id when the index is gone. */
  async read(id: string, props: unknown): Promise<{ id: string; props: unknown }> {
    const known = inputs.parse(props);
    const api = connection(process.env, process.cwd());
    const found = await find(api, known);
    if (found === undefined) return { id: "", props: {} };
    const metadataIndexes = await metadataIndexesOf(api, known);
    const live = {
      ...found.config,
      description: found.description ?? "",
      metadataIndexes,
      // An index of the same name that somebody else made is not the stack's: a refresh does not make it so.
      createdOn: record(props)["createdOn"] || (found.created_on ?? ""),
    };
    return { id, props: { ...record(props), ...live } };
  },

  async delete(_id: string, props: unknown): Promise<void> {
    if (!origin.parse(props).made) return;
    await call(connection(process.env, process.cwd()), "DELETE", path(inputs.parse(props)));
  },
};

/** `vectorize.index.not_found`; any other 404 is a wrong account or address. */
const indexNotFound = 3000;

const indexes = (of: Inputs): string => `/accounts/${of.accountId}/vectorize/v2/indexes`;
const path = (of: Inputs): string => `${indexes(of)}/${encodeURIComponent(of.name)}`;

async function find(api: Connection, wanted: Inputs): Promise<Described | undefined> {
  try {
    return described.parse(await call(api, "GET", path(wanted)));
  } catch (error) {
    if (error instanceof ApiError && error.codes.includes(indexNotFound)) return undefined;
    throw error;
  }
}

async function adopted(api: Connection, wanted: Inputs): Promise<Described | undefined> {
  const found = await find(api, wanted);
  if (found === undefined) return undefined;
  if (!wanted.takesOver && !wanted.halfMade) throw notOurs(wanted, found);
  const text = (of: { dimensions: number; metric: string }): string =>
    `${of.dimensions} dimensions, ${of.metric}`;
  if (text(found.config) === text(wanted)) return found;
  throw new UserError({
    what: `There is another Vectorize index named ${wanted.name}`,
    where: `Vectorize index ${wanted.name} in account ${wanted.accountId}`,
    got: text(found.config),
    expected: text(wanted),
    fix: `declare ${text(found.config)} to take the index over, give yours another name, or delete it: wrangler vectorize delete ${wanted.name}`,
  });
}

/** Another stage of the account may have it, and its vectors would go when this stack is destroyed. */
const notOurs = ({ name, accountId }: Inputs, found: Described): UserError =>
  new UserError({
    what: `There is a Vectorize index named ${name} that this stack did not make`,
    where: `Vectorize index ${name} in account ${accountId}`,
    got: `an index made at ${found.created_on ?? "an unknown time"}`,
    expected: "no index of this name, or one that the declaration adopts",
    fix: `to take it over with its vectors, declare adopt: { <stage>: "${name}" }; if it is another stage's, give yours another name (physicalName)`,
  });

/** Nothing of this name was there a moment ago: if it is there after a failure, this made it. */
async function created(api: Connection, wanted: Inputs): Promise<Described> {
  const { name, description, dimensions, metric } = wanted;
  try {
    return described.parse(
      await call(api, "POST", indexes(wanted), { name, description, config: { dimensions, metric } }),
    );
  } catch (error) {
    const found = await find(api, wanted);
    if (found === undefined || found.config.dimensions !== dimensions || found.config.metric !== metric)
      throw error;
    return found;
  }
}

async function metadataIndexesOf(api: Connection, of: Inputs): Promise<Record<string, string>> {
  const list = indexList.parse(await call(api, "GET", `${path(of)}/metadata_index/list`));
  const entries = list.metadataIndexes.map(
    ({ propertyName, indexType }) => [propertyName, indexType.toLowerCase()] as const,
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function setMetadataIndexes(api: Connection, wanted: Inputs): Promise<void> {
  const there = await metadataIndexesOf(api, wanted);
  for (const [propertyName, type] of Object.entries(there)) {
    if (wanted.metadataIndexes[propertyName] !== type)
      await call(api, "POST", `${path(wanted)}/metadata_index/delete`, { propertyName });
  }
  for (const [propertyName, indexType] of Object.entries(wanted.metadataIndexes)) {
    if (there[propertyName] !== indexType)
      await call(api, "POST", `${path(wanted)}/metadata_index/create`, { propertyName, indexType });
  }
}

const sameRecord = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([key, value]) => b[key] === value);

const record = (value: unknown): Record<string, unknown> => z.record(z.string(), z.unknown()).parse(value);
