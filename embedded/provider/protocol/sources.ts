/** A data source: what it asks for, and what comes back under which name. */
export interface Source {
  readonly token: string;
  /** One object, by an argument that is its id. */
  readonly one?: { readonly path: string; readonly argument: string };
  /** A listing: for `filter` of the ones, and for the ones that list. */
  readonly list?: {
    readonly path: string;
    /** Asked page after page until one is empty. */
    readonly paged?: boolean;
    /** Where in the result the list is, when it is not the result itself. */
    readonly field?: string;
    /** Arguments, or members of `filter`, that go into the query. */
    readonly query?: readonly string[];
  };
  /** The kind of resource whose facts name the answer's fields. */
  readonly kind?: string;
}

const account = "accounts/{accountId}";

/** What a stack of this project may want to look up. */
export const sources: readonly Source[] = [
  {
    token: "cloudflare:index/getAccount:getAccount",
    one: { path: account, argument: "accountId" },
    list: { path: "accounts", paged: true, query: ["name", "direction"] },
  },
  {
    token: "cloudflare:index/getAccounts:getAccounts",
    list: { path: "accounts", paged: true, query: ["name", "direction"] },
  },
  {
    token: "cloudflare:index/getZone:getZone",
    one: { path: "zones/{zoneId}", argument: "zoneId" },
    list: { path: "zones", paged: true, query: ["name", "status", "match", "account.id", "account.name"] },
  },
  {
    token: "cloudflare:index/getZones:getZones",
    list: { path: "zones", paged: true, query: ["name", "status", "match", "account.id", "account.name"] },
  },
  {
    token: "cloudflare:index/getD1Database:getD1Database",
    one: { path: `${account}/d1/database/{databaseId}`, argument: "databaseId" },
    list: { path: `${account}/d1/database`, paged: true, query: ["name"] },
    kind: "cloudflare:index/d1Database:D1Database",
  },
  {
    token: "cloudflare:index/getD1Databases:getD1Databases",
    list: { path: `${account}/d1/database`, paged: true, query: ["name"] },
    kind: "cloudflare:index/d1Database:D1Database",
  },
  {
    token: "cloudflare:index/getQueue:getQueue",
    one: { path: `${account}/queues/{queueId}`, argument: "queueId" },
    kind: "cloudflare:index/queue:Queue",
  },
  {
    token: "cloudflare:index/getQueues:getQueues",
    list: { path: `${account}/queues` },
    kind: "cloudflare:index/queue:Queue",
  },
  {
    token: "cloudflare:index/getWorkersKvNamespace:getWorkersKvNamespace",
    one: { path: `${account}/storage/kv/namespaces/{namespaceId}`, argument: "namespaceId" },
    kind: "cloudflare:index/workersKvNamespace:WorkersKvNamespace",
  },
  {
    token: "cloudflare:index/getWorkersKvNamespaces:getWorkersKvNamespaces",
    list: { path: `${account}/storage/kv/namespaces`, paged: true },
    kind: "cloudflare:index/workersKvNamespace:WorkersKvNamespace",
  },
  {
    token: "cloudflare:index/getR2Bucket:getR2Bucket",
    one: { path: `${account}/r2/buckets/{bucketName}`, argument: "bucketName" },
    kind: "cloudflare:index/r2Bucket:R2Bucket",
  },
  {
    token: "cloudflare:index/getWorker:getWorker",
    one: { path: `${account}/workers/workers/{workerId}`, argument: "workerId" },
    kind: "cloudflare:index/worker:Worker",
  },
  {
    token: "cloudflare:index/getWorkers:getWorkers",
    list: { path: `${account}/workers/workers`, paged: true },
    kind: "cloudflare:index/worker:Worker",
  },
  {
    token: "cloudflare:index/getWorkerVersion:getWorkerVersion",
    one: { path: `${account}/workers/workers/{workerId}/versions/{versionId}`, argument: "versionId" },
    kind: "cloudflare:index/workerVersion:WorkerVersion",
  },
  {
    token: "cloudflare:index/getWorkerVersions:getWorkerVersions",
    list: { path: `${account}/workers/workers/{workerId}/versions`, paged: true },
    kind: "cloudflare:index/workerVersion:WorkerVersion",
  },
  {
    token: "cloudflare:index/getWorkersDeployment:getWorkersDeployment",
    one: {
      path: `${account}/workers/scripts/{scriptName}/deployments/{deploymentId}`,
      argument: "deploymentId",
    },
    kind: "cloudflare:index/workersDeployment:WorkersDeployment",
  },
  {
    token: "cloudflare:index/getWorkersDeployments:getWorkersDeployments",
    list: { path: `${account}/workers/scripts/{scriptName}/deployments`, field: "deployments" },
    kind: "cloudflare:index/workersDeployment:WorkersDeployment",
  },
];
