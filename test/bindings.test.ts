import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  ai,
  aiSearch,
  aiSearchNamespace,
  analyticsEngine,
  artifacts,
  type Binding,
  browser,
  d1,
  dispatchNamespace,
  durableObject,
  flagship,
  images,
  json,
  k2,
  kv,
  media,
  mtlsCertificate,
  perStage,
  pipeline,
  queue,
  type Resource,
  r2,
  rateLimit,
  raw,
  secret,
  secretKey,
  secretsStoreSecret,
  sendEmail,
  service,
  stageName,
  system,
  vectorize,
  versionMetadata,
  vpcNetwork,
  vpcService,
  type Worker,
  worker,
  workerLoader,
  workflow,
} from "../src/declare/index.ts";
import { deployed, settingsFor } from "./mocks.ts";

const settings = { main: "a.ts", compatibilityDate: "2026-01-01" } as const;
const secrets = { key: "c2VjcmV0" };
const byStage = perStage({ dev: "for-dev", staging: "for-staging", prod: "for-prod" });

const inputs = z.object({ bindings: z.array(z.looseObject({ name: z.string(), type: z.string() })) });

/** The one binding of a worker as it is sent to Cloudflare, without its name. */
async function sent(binding: Binding, ...others: Resource[]): Promise<unknown> {
  const run = await deployed(
    settingsFor([system("s", [worker("w", { ...settings, env: { IT: binding } }), ...others])], { secrets }),
  );
  const version = run.of("cloudflare:index/workerVersion:WorkerVersion", "s/w").inputs;
  const [{ name, ...rest } = { name: "", type: "" }] = inputs.parse(version).bindings;
  expect(name).toBe("IT");
  return rest;
}

test.each([
  [
    aiSearch("manuals", { namespace: byStage }),
    { type: "ai_search", instanceName: "manuals", namespace: "for-dev" },
  ],
  [aiSearchNamespace("default"), { type: "ai_search_namespace", namespace: "default" }],
  [analyticsEngine(byStage), { type: "analytics_engine", dataset: "for-dev" }],
  [artifacts("agents"), { type: "artifacts", namespace: "agents" }],
  [browser(), { type: "browser" }],
  [flagship(byStage), { type: "flagship", appId: "for-dev" }],
  [images(), { type: "images" }],
  [k2("id"), { type: "k2", stream: "id" }],
  [media(), { type: "media" }],
  [mtlsCertificate(byStage), { type: "mtls_certificate", certificateId: "for-dev" }],
  [pipeline("id"), { type: "pipelines", pipeline: "id" }],
  [
    rateLimit({ namespaceId: "7", limit: 5, periodSeconds: 60, mitigationSeconds: 120 }),
    { type: "ratelimit", namespaceId: "7", simple: { limit: 5, period: 60, mitigationTimeout: 120 } },
  ],
  [
    secretKey("key", { format: "raw", algorithm: { name: "HMAC", hash: "SHA-256" }, usages: ["sign"] }),
    {
      type: "secret_key",
      format: "raw",
      algorithm: '{"name":"HMAC","hash":"SHA-256"}',
      usages: ["sign"],
      keyBase64: "c2VjcmV0",
    },
  ],
  [
    secretKey("key", { format: "jwk", algorithm: "Ed25519", usages: ["verify"] }),
    {
      type: "secret_key",
      format: "jwk",
      algorithm: '{"name":"Ed25519"}',
      usages: ["verify"],
      keyJwk: "c2VjcmV0",
    },
  ],
  [
    secretsStoreSecret({ storeId: byStage, secretName: "stripe" }),
    { type: "secrets_store_secret", storeId: "for-dev", secretName: "stripe" },
  ],
  [sendEmail(), { type: "send_email" }],
  [
    sendEmail({ destinationAddress: byStage, allowedSenderAddresses: ["a@example.com"] }),
    { type: "send_email", destinationAddress: "for-dev", allowedSenderAddresses: ["a@example.com"] },
  ],
  [
    sendEmail({ allowedDestinationAddresses: ["a@example.com"] }),
    { type: "send_email", allowedDestinationAddresses: ["a@example.com"] },
  ],
  [vpcNetwork({ tunnelId: "id" }), { type: "vpc_network", tunnelId: "id" }],
  [vpcNetwork({ networkId: "cf1:network" }), { type: "vpc_network", networkId: "cf1:network" }],
  [vpcService("id"), { type: "vpc_service", serviceId: "id" }],
  [workerLoader(), { type: "worker_loader" }],
  [
    workflow("sign-up", { className: "SignUp" }),
    { type: "workflow", workflowName: "sign-up-dev", className: "SignUp" },
  ],
  [
    raw({ type: "next", some_id: "7", json: { a_b: 1 }, deep: { a_b: [{ c_d: true }] } }),
    { type: "next", someId: "7", json: '{"a_b":1}', deep: { aB: [{ cD: true }] } },
  ],
])("%o is sent as Cloudflare's provider takes it", async (binding, expected) => {
  expect(await sent(binding)).toEqual(expected);
});

test("a namespace of Workers for Platforms names the worker that its requests go through, which is deployed first", async () => {
  const gate = worker("gate", settings);
  const outbound = { worker: () => gate, entrypoint: "Out", parameters: ["customer"] };
  expect(await sent(dispatchNamespace("customers", { outbound }), gate)).toEqual({
    type: "dispatch_namespace",
    namespace: "customers",
    outbound: { worker: { service: "gate-dev", entrypoint: "Out" }, params: [{ name: "customer" }] },
  });
  expect(await sent(dispatchNamespace("customers"))).toEqual({
    type: "dispatch_namespace",
    namespace: "customers",
  });
});

test("a Workflow is made once, by the worker that has its class, and bound by name in others", async () => {
  const signUp = workflow("sign-up", {
    className: "SignUp",
    of: (): Worker => mailer,
    maxSteps: 50,
    maxConcurrency: 2,
  });
  const mailer: Worker = worker("mailer", { ...settings, env: { SIGN_UP: signUp } });
  const api = worker("api", { ...settings, env: { SIGN_UP: signUp } });
  const run = await deployed(settingsFor([system("s", [api, mailer])]));
  const made = run.resources.filter(({ type }) => type === "cloudflare:index/workflow:Workflow");
  expect(made.map(({ name, inputs: given }) => [name, given])).toEqual([
    [
      "s/sign-up",
      {
        accountId: expect.any(String),
        workflowName: "sign-up-dev",
        className: "SignUp",
        scriptName: "mailer-dev",
        limits: { steps: 50 },
        concurrency: { limit: 2 },
      },
    ],
  ]);
  const version = run.of("cloudflare:index/workerVersion:WorkerVersion", "s/api").inputs;
  expect(inputs.parse(version).bindings).toEqual([
    {
      name: "SIGN_UP",
      type: "workflow",
      workflowName: "sign-up-dev",
      className: "SignUp",
      scriptName: "mailer-dev",
    },
  ]);
});

test("classes whose objects have a container are sent, and nothing where none has one", async () => {
  const run = await deployed(
    settingsFor([
      system("s", [
        worker("boxed", { ...settings, durableObjects: { Box: { container: true }, Room: {} } }),
        worker("plain", { ...settings, durableObjects: { Room: {} } }),
      ]),
    ]),
  );
  const containers = (name: string) =>
    run.of("cloudflare:index/workerVersion:WorkerVersion", name).inputs["containers"];
  expect(containers("s/boxed")).toEqual([{ className: "Box" }]);
  expect(containers("s/plain")).toBeUndefined();
});

/** Cloudflare's own list: the types that its SDK documents for a binding of a version. */
const documented = [
  ...new Set(
    [
      ...readFileSync(
        "node_modules/cloudflare/resources/workers/beta/workers/versions.d.ts",
        "utf8",
      ).matchAll(/interface WorkersBindingKind\w+ \{(?:(?!\n {4}\})[\s\S])*?\n {8}type: '(\w+)'/g),
    ].map(([, type = ""]) => type),
  ),
];

/** What has a word of its own elsewhere, or none: parts of the service-worker format, and what is written with `raw`. */
const elsewhere = {
  assets: "a worker's static files",
  hyperdrive: "raw",
  inherit: "raw",
  messaging: "raw",
  data_blob: "a module that is imported",
  text_blob: "a module that is imported",
  wasm_module: "a module that is imported",
};

test("there is a word for every binding that Cloudflare documents", async () => {
  const w = worker("callee", { ...settings, durableObjects: { Room: {} } });
  const stores = [d1("d"), r2("r"), kv("k"), queue("q"), vectorize("v", { dimensions: 3, metric: "cosine" })];
  const words: Binding[] = [
    ...stores,
    service(w),
    durableObject("Room", () => w),
    ai(),
    secret("key"),
    versionMetadata(),
    stageName(),
    json(1),
    aiSearch("a"),
    aiSearchNamespace("a"),
    analyticsEngine("a"),
    artifacts("a"),
    browser(),
    dispatchNamespace("a"),
    flagship("a"),
    images(),
    k2("a"),
    media(),
    mtlsCertificate("a"),
    pipeline("a"),
    rateLimit({ namespaceId: "1", limit: 1, periodSeconds: 10 }),
    secretKey("key", { format: "raw", algorithm: "HMAC", usages: ["sign"] }),
    secretsStoreSecret({ storeId: "a", secretName: "a" }),
    sendEmail(),
    vpcNetwork({ tunnelId: "a" }),
    vpcService("a"),
    workflow("a", { className: "A" }),
  ];
  const all = worker("all", {
    ...settings,
    env: Object.fromEntries(words.map((word, i) => [`B${i}`, word])),
  });
  const run = await deployed(settingsFor([system("s", [...stores, w, all])], { secrets }));
  const version = run.of("cloudflare:index/workerVersion:WorkerVersion", "s/all").inputs;
  const types = inputs.parse(version).bindings.map(({ type }) => type);
  expect(documented.length).toBeGreaterThan(30);
  expect([...types, ...Object.keys(elsewhere)].toSorted()).toEqual(
    expect.arrayContaining(documented.toSorted()),
  );
});
