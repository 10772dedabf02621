// Checked by tsc: every line under an expectation has to be a mistake, everything else has to compile.
import type {
  Ai,
  AiSearchInstance,
  AiSearchNamespace,
  AnalyticsEngineDataset,
  Artifacts,
  BrowserRun,
  CryptoKey,
  D1Database,
  DispatchNamespace,
  DurableObjectNamespace,
  Fetcher,
  Flagship,
  Hyperdrive,
  ImagesBinding,
  KVNamespace,
  MediaBinding,
  R2Bucket,
  RateLimit,
  Rpc,
  SecretsStoreSecret,
  SendEmail,
  Service,
  Vectorize,
  WorkerLoader,
  Queue as WorkersQueue,
  WorkerVersionMetadata,
  Workflow,
} from "@cloudflare/workers-types";
import {
  ai,
  aiGateway,
  aiSearch,
  aiSearchNamespace,
  analyticsEngine,
  artifacts,
  assets,
  browser,
  d1,
  dispatchNamespace,
  durableObject,
  type EnvOf,
  flagship,
  hyperdrive,
  images,
  json,
  k2,
  kv,
  media,
  mtlsCertificate,
  perStage,
  pipeline,
  queue,
  r2,
  rateLimit,
  raw,
  secret,
  secretKey,
  secretsStoreSecret,
  sendEmail,
  service,
  stageName,
  vectorize,
  versionMetadata,
  vpcNetwork,
  vpcService,
  type Worker,
  worker,
  workerLoader,
  workflow,
} from "../index.ts";
import type { BindingKind } from "../kinds/kinds.ts";
import { type Same, settings } from "./same.ts";

interface Order {
  readonly id: string;
}
interface Notes {
  get(id: string): Promise<string>;
}
interface Room {
  enter(name: string): Promise<number>;
}

const silo = worker("silo", { ...settings, durableObjects: { Room: {} } });
const api = worker("api", {
  ...settings,
  env: {
    d1: d1("db"),
    r2: r2("files"),
    kv: kv("cache"),
    vectorize: vectorize("index", { dimensions: 3, metric: "cosine" }),
    queue: queue<Order>("orders"),
    service: service<Notes>(silo, "Notes"),
    durableObject: durableObject<Room>("Room", () => silo),
    aiGateway: aiGateway("models"),
    hyperdrive: hyperdrive("shop", {
      origin: { host: "db.example.com", database: "shop", user: "shop", password: secret("password") },
    }),
    ai: ai(),
    assets: assets(),
    secret: secret("key"),
    versionMetadata: versionMetadata(),
    stageName: stageName(),
    perStage: perStage({ dev: "a" }),
    json: json({ notes: 3 }),
    aiSearch: aiSearch("manuals"),
    aiSearchNamespace: aiSearchNamespace("default"),
    analyticsEngine: analyticsEngine("clicks"),
    artifacts: artifacts("agents"),
    browser: browser(),
    dispatchNamespace: dispatchNamespace("customers"),
    flagship: flagship("id"),
    images: images(),
    k2: k2("id"),
    media: media(),
    mtlsCertificate: mtlsCertificate("id"),
    pipeline: pipeline<Order>("id"),
    rateLimit: rateLimit({ namespaceId: "1", limit: 1, periodSeconds: 10 }),
    raw: raw({ type: "messaging", namespace: "inbox" }),
    secretKey: secretKey("key", { format: "raw", algorithm: "HMAC", usages: ["sign"] }),
    secretsStoreSecret: secretsStoreSecret({ storeId: "id", secretName: "key" }),
    sendEmail: sendEmail(),
    vpcNetwork: vpcNetwork({ tunnelId: "id" }),
    vpcService: vpcService("id"),
    workerLoader: workerLoader(),
    workflow: workflow<Order>("ship", { className: "Ship" }),
    text: "info",
    plainService: service(silo),
    plainObjects: durableObject("Room", () => silo),
    plainQueue: queue("any"),
  },
});
type Env = EnvOf<typeof api>;

/** One row a kind: a kind that has none does not compile. */
export const kinds: { readonly [Kind in BindingKind]: true } = {
  d1: true satisfies Same<Env["d1"], D1Database>,
  r2: true satisfies Same<Env["r2"], R2Bucket>,
  kv: true satisfies Same<Env["kv"], KVNamespace>,
  vectorize: true satisfies Same<Env["vectorize"], Vectorize>,
  queue: true satisfies Same<Env["queue"], WorkersQueue<Order>>,
  service: true satisfies Same<Env["service"], Service<Notes & Rpc.WorkerEntrypointBranded>>,
  durableObject: true satisfies Same<
    Env["durableObject"],
    DurableObjectNamespace<Room & Rpc.DurableObjectBranded>
  >,
  aiGateway: true satisfies Same<Env["aiGateway"], string>,
  hyperdrive: true satisfies Same<Env["hyperdrive"], Hyperdrive>,
  ai: true satisfies Same<Env["ai"], Ai>,
  assets: true satisfies Same<Env["assets"], Fetcher>,
  secret: true satisfies Same<Env["secret"], string>,
  versionMetadata: true satisfies Same<Env["versionMetadata"], WorkerVersionMetadata>,
  stageName: true satisfies Same<Env["stageName"], string>,
  perStage: true satisfies Same<Env["perStage"], string>,
  json: true satisfies Same<Env["json"], { readonly notes: 3 }>,
  aiSearch: true satisfies Same<Env["aiSearch"], AiSearchInstance>,
  aiSearchNamespace: true satisfies Same<Env["aiSearchNamespace"], AiSearchNamespace>,
  analyticsEngine: true satisfies Same<Env["analyticsEngine"], AnalyticsEngineDataset>,
  artifacts: true satisfies Same<Env["artifacts"], Artifacts>,
  browser: true satisfies Same<Env["browser"], BrowserRun>,
  dispatchNamespace: true satisfies Same<Env["dispatchNamespace"], DispatchNamespace>,
  flagship: true satisfies Same<Env["flagship"], Flagship>,
  images: true satisfies Same<Env["images"], ImagesBinding>,
  k2: true satisfies Same<Env["k2"], unknown>,
  media: true satisfies Same<Env["media"], MediaBinding>,
  mtlsCertificate: true satisfies Same<Env["mtlsCertificate"], Fetcher>,
  pipeline: true satisfies Same<Parameters<Env["pipeline"]["send"]>, [Order[]]>,
  rateLimit: true satisfies Same<Env["rateLimit"], RateLimit>,
  raw: true satisfies Same<Env["raw"], unknown>,
  secretKey: true satisfies Same<Env["secretKey"], CryptoKey>,
  secretsStoreSecret: true satisfies Same<Env["secretsStoreSecret"], SecretsStoreSecret>,
  sendEmail: true satisfies Same<Env["sendEmail"], SendEmail>,
  vpcNetwork: true satisfies Same<Env["vpcNetwork"], Fetcher>,
  vpcService: true satisfies Same<Env["vpcService"], Fetcher>,
  workerLoader: true satisfies Same<Env["workerLoader"], WorkerLoader>,
  workflow: true satisfies Same<Env["workflow"], Workflow<Order>>,
};

/** Without a type, only what every callee has. */
export const untyped: readonly true[] = [
  true satisfies Same<Env["text"], string>,
  true satisfies Same<Env["plainService"], Fetcher>,
  true satisfies Same<Env["plainObjects"], DurableObjectNamespace>,
  true satisfies Same<Env["plainQueue"], WorkersQueue>,
];

/** A declared worker whose bindings are not known one by one. */
export const any = (env: EnvOf<Worker>): unknown => env["ANYTHING"];

export const used = async (env: Env): Promise<void> => {
  (await env.service.get("1")) satisfies string;
  const room = env.durableObject.get(env.durableObject.idFromName("lobby"));
  (await room.enter("me")) satisfies number;
  await env.plainService.fetch("https://silo/");
  await env.queue.send({ id: "1" });
  // @ts-expect-error messages have the queue's type
  await env.queue.send({ id: 3 });
  // @ts-expect-error the callee has no such method
  await env.service.put("1");
  // @ts-expect-error its argument is a text
  await env.service.get(1);
  // @ts-expect-error without a type nothing is known of the callee but fetch
  await env.plainService.get("1");
  // @ts-expect-error the class has no such method
  await room.leave("me");
  // @ts-expect-error there is no such binding
  env.missing;
  await env.assets.fetch("https://assets/logo.svg");
  // @ts-expect-error files are only fetched
  await env.assets.put("logo.svg");
  // @ts-expect-error bindings are not written to
  env.text = "debug";
};
