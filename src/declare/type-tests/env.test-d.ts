// Checked by tsc: every line under an expectation has to be a mistake, everything else has to compile.
import type {
  Ai,
  D1Database,
  DurableObjectNamespace,
  Fetcher,
  KVNamespace,
  R2Bucket,
  Rpc,
  Service,
  Vectorize,
  Queue as WorkersQueue,
  WorkerVersionMetadata,
} from "@cloudflare/workers-types";
import {
  ai,
  aiGateway,
  assets,
  d1,
  durableObject,
  type EnvOf,
  json,
  kv,
  perStage,
  queue,
  r2,
  secret,
  service,
  stageName,
  vectorize,
  versionMetadata,
  type Worker,
  worker,
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
    ai: ai(),
    assets: assets(),
    secret: secret("key"),
    versionMetadata: versionMetadata(),
    stageName: stageName(),
    perStage: perStage({ dev: "a" }),
    json: json({ notes: 3 }),
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
  ai: true satisfies Same<Env["ai"], Ai>,
  assets: true satisfies Same<Env["assets"], Fetcher>,
  secret: true satisfies Same<Env["secret"], string>,
  versionMetadata: true satisfies Same<Env["versionMetadata"], WorkerVersionMetadata>,
  stageName: true satisfies Same<Env["stageName"], string>,
  perStage: true satisfies Same<Env["perStage"], string>,
  json: true satisfies Same<Env["json"], { readonly notes: 3 }>,
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
