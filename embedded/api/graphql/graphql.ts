import { z } from "zod";
import type { World } from "../../world.ts";
import { mistakes } from "../http/request.ts";
import type { ApiRequest, Reply, Service } from "../http/service.ts";
import { findBucket, jurisdictions } from "../r2/buckets.ts";
import { contentsOf } from "../r2/contents.ts";
import { unfinishedUploads } from "../r2/uploads.ts";
import { d1Queries } from "./d1-queries.ts";
import { type Field, parseQuery, QueryError } from "./parse.ts";
import { workerInvocations } from "./worker-invocations.ts";

const body = z.looseObject({ query: z.string(), variables: z.record(z.string(), z.unknown()).nullish() });

type Dataset = (
  world: World,
  account: string,
  field: Field,
) => readonly object[] | Promise<readonly object[]>;

/** Datasets that clients ask for and that nothing here measures: known, and empty, as for an account without traffic. */
const unmeasured = [
  "d1AnalyticsAdaptiveGroups",
  "d1StorageAdaptiveGroups",
  "kvOperationsAdaptiveGroups",
  "r2OperationsAdaptiveGroups",
  "durableObjectsInvocationsAdaptiveGroups",
  "queueBacklogAdaptiveGroups",
  "queueConsumerMetricsAdaptiveGroups",
  "queueMessageOperationsAdaptiveGroups",
  "workflowsAdaptiveGroups",
  "hyperdriveQueriesAdaptiveGroups",
];

const datasets: Readonly<Record<string, Dataset>> = {
  workersInvocationsAdaptive: workerInvocations,
  d1QueriesAdaptiveGroups: d1Queries,
  r2StorageAdaptiveGroups: r2Storage,
  ...Object.fromEntries(unmeasured.map((name) => [name, () => []])),
};

/** Objects and bytes of a bucket now; Cloudflare's dataset has a history of them. */
async function r2Storage(world: World, account: string, field: Field): Promise<readonly object[]> {
  const filter = z.looseObject({ bucketName: z.string().optional() }).safeParse(field.args["filter"] ?? {});
  if (!filter.success) throw new QueryError(`filter: ${mistakes(filter.error)}`);
  const { bucketName = "" } = filter.data;
  const jurisdiction = jurisdictions.find((one) => bucketName.startsWith(`${one}_`));
  const name = jurisdiction === undefined ? bucketName : bucketName.slice(jurisdiction.length + 1);
  const bucket = findBucket(world.state, account, name, jurisdiction);
  if (bucket === undefined) return [];
  const { objects: objectCount, payloadSize, metadataSize } = await contentsOf(world, bucket.id);
  const uploadCount = unfinishedUploads(world.state, account).filter(
    ({ bucketId }) => bucketId === bucket.id,
  ).length;
  return [
    {
      max: { objectCount, payloadSize, metadataSize, uploadCount },
      dimensions: { datetime: new Date().toISOString(), bucketName },
    },
  ];
}

async function resolve(request: ApiRequest, world: World, fields: readonly Field[]): Promise<object> {
  const viewer: Record<string, unknown> = {};
  for (const field of fields) {
    if (field.name !== "viewer") throw new QueryError(`unknown field "${field.name}"`);
    for (const part of field.selection) {
      if (part.name === "zones") viewer[part.alias] = [];
      else if (part.name === "accounts") viewer[part.alias] = await accounts(request, world, part);
      else if (part.name === "__typename") viewer[part.alias] = "Viewer";
      else throw new QueryError(`unknown field "${part.name}"`);
    }
  }
  return { viewer };
}

async function accounts(request: ApiRequest, world: World, field: Field): Promise<readonly object[]> {
  const filter = z.looseObject({ accountTag: z.string() }).safeParse(field.args["filter"]);
  if (!filter.success) throw new QueryError("accounts needs filter: {accountTag: …}");
  const id = filter.data.accountTag;
  if (!request.reaches(id) || world.state.get("", "account", id) === undefined)
    throw new QueryError(`not authorized for that account`);
  const answered: Record<string, unknown> = {};
  for (const part of field.selection) {
    const dataset = Object.hasOwn(datasets, part.name) ? datasets[part.name] : undefined;
    if (dataset === undefined) throw new QueryError(`unknown field "${part.name}"`);
    answered[part.alias] = await dataset(world, id, part);
  }
  return [answered];
}

/** Analytics. Whatever is wrong with a query is told in `errors` with status 200, as Cloudflare does. */
export const graphql: Service = {
  name: "graphql",
  routes: [
    {
      method: "POST",
      path: "/graphql",
      permission: "Account Analytics:Read",
      handle: async (request, world): Promise<Reply> => {
        const sent = await request.json(body);
        let answer: object;
        try {
          answer = {
            data: await resolve(request, world, parseQuery(sent.query, sent.variables ?? {})),
            errors: null,
          };
        } catch (error) {
          if (!(error instanceof QueryError)) throw error;
          answer = {
            data: null,
            errors: [
              { message: error.message, path: null, extensions: { timestamp: new Date().toISOString() } },
            ],
          };
        }
        return {
          kind: "raw",
          status: 200,
          headers: { "content-type": "application/json" },
          body: JSON.stringify(answer),
        };
      },
    },
  ],
};
