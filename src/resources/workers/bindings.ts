import * as pulumi from "@pulumi/pulumi";
import { type StageText, textIn } from "../../declare/bindings/stage-text.ts";
import type { Binding, Secret, Worker } from "../../declare/index.ts";
import type { BindingKind, BindingOf } from "../../declare/kinds/kinds.ts";
import { physicalName, textStage } from "../../declare/physical-name.ts";
import type { Stage } from "../../project/stage.ts";
import type { inputs } from "../cloudflare.ts";
import type { Stores } from "../stores/stores.ts";
import { rawInput } from "./raw-binding.ts";

/** Where bindings find what they bind. */
export interface Bound {
  readonly stage: Stage;
  readonly stores: Stores;
  /** Name of a deployed worker, once its shell exists. */
  readonly scriptName: (worker: Worker) => pulumi.Input<string>;
  /** The stack's secrets, in clear. */
  readonly secrets: Readonly<Record<string, string>>;
}

type Input = Omit<inputs.WorkerVersionBinding, "name">;

/** A binding of each kind as the API wants it, without its name. */
const table: {
  readonly [Kind in BindingKind]: (binding: BindingOf<Kind>, bound: Bound) => Input;
} = {
  d1: (database, { stores }) => ({ type: "d1", databaseId: stores.of(database).id }),
  r2: (bucket, { stores }) => ({
    type: "r2_bucket",
    bucketName: stores.of(bucket).name,
    ...(bucket.jurisdiction !== undefined && { jurisdiction: bucket.jurisdiction }),
  }),
  kv: (namespace, { stores }) => ({ type: "kv_namespace", namespaceId: stores.of(namespace).id }),
  vectorize: (index, { stores }) => ({ type: "vectorize", indexName: stores.of(index).name }),
  queue: (queue, { stores }) => ({ type: "queue", queueName: stores.of(queue).name }),
  hyperdrive: (config, { stores }) => ({ type: "hyperdrive", id: stores.of(config).id }),
  aiGateway: (gateway, { stores }) => ({ type: "plain_text", text: stores.of(gateway).id }),
  ai: () => ({ type: "ai" }),
  assets: () => ({ type: "assets" }),
  secret: (binding, bound) => ({
    type: "secret_text",
    text: pulumi.secret(secretText(binding, bound) ?? missing(binding.secret)),
  }),
  versionMetadata: () => ({ type: "version_metadata" }),
  stageName: (_binding, { stage }) => ({ type: "plain_text", text: stage.name }),
  perStage: (values, { stage }) => ({ type: "plain_text", text: text(values, stage) }),
  json: ({ value }) => ({ type: "json", json: JSON.stringify(value) }),
  service: ({ target, entrypoint }, { scriptName }) => ({
    type: "service",
    service: scriptName(target()),
    // The real API adds it when it is missing, and every plan would replace the version.
    environment: "production",
    ...(entrypoint !== undefined && { entrypoint }),
  }),
  durableObject: ({ className, owner }, { scriptName }) => ({
    type: "durable_object_namespace",
    className,
    ...(owner !== undefined && { scriptName: scriptName(owner()) }),
  }),
  aiSearch: ({ instance, namespace }, { stage }) => ({
    type: "ai_search",
    instanceName: text(instance, stage),
    ...(namespace !== undefined && { namespace: text(namespace, stage) }),
  }),
  aiSearchNamespace: ({ namespace }, { stage }) => ({
    type: "ai_search_namespace",
    namespace: text(namespace, stage),
  }),
  analyticsEngine: ({ dataset }, { stage }) => ({ type: "analytics_engine", dataset: text(dataset, stage) }),
  artifacts: ({ namespace }, { stage }) => ({ type: "artifacts", namespace: text(namespace, stage) }),
  browser: () => ({ type: "browser" }),
  dispatchNamespace: ({ namespace, outbound }, { stage, scriptName }) => ({
    type: "dispatch_namespace",
    namespace: text(namespace, stage),
    ...(outbound !== undefined && {
      outbound: {
        worker: {
          service: scriptName(outbound.worker()),
          ...(outbound.entrypoint !== undefined && { entrypoint: outbound.entrypoint }),
        },
        ...(outbound.parameters !== undefined && { params: outbound.parameters.map((name) => ({ name })) }),
      },
    }),
  }),
  flagship: ({ appId }, { stage }) => ({ type: "flagship", appId: text(appId, stage) }),
  images: () => ({ type: "images" }),
  k2: ({ stream }, { stage }) => ({ type: "k2", stream: text(stream, stage) }),
  media: () => ({ type: "media" }),
  mtlsCertificate: ({ certificateId }, { stage }) => ({
    type: "mtls_certificate",
    certificateId: text(certificateId, stage),
  }),
  pipeline: ({ pipeline }, { stage }) => ({ type: "pipelines", pipeline: text(pipeline, stage) }),
  rateLimit: ({ namespaceId, limit, periodSeconds, mitigationSeconds }, { stage }) => ({
    type: "ratelimit",
    namespaceId: text(namespaceId, stage),
    simple: {
      limit,
      period: periodSeconds,
      ...(mitigationSeconds !== undefined && { mitigationTimeout: mitigationSeconds }),
    },
  }),
  raw: ({ binding }) => rawInput(binding),
  secretKey: ({ secret, format, algorithm, usages }, { secrets }) => {
    const key = pulumi.secret(secrets[secret] ?? missing(secret));
    return {
      type: "secret_key",
      format,
      algorithm: JSON.stringify(typeof algorithm === "string" ? { name: algorithm } : algorithm),
      usages: [...usages],
      ...(format === "jwk" ? { keyJwk: key } : { keyBase64: key }),
    };
  },
  secretsStoreSecret: ({ storeId, secretName }, { stage }) => ({
    type: "secrets_store_secret",
    storeId: text(storeId, stage),
    secretName: text(secretName, stage),
  }),
  sendEmail: ({ destinationAddress, allowedDestinationAddresses, allowedSenderAddresses }, { stage }) => ({
    type: "send_email",
    ...(destinationAddress !== undefined && { destinationAddress: text(destinationAddress, stage) }),
    ...(allowedDestinationAddresses !== undefined && {
      allowedDestinationAddresses: [...allowedDestinationAddresses],
    }),
    ...(allowedSenderAddresses !== undefined && { allowedSenderAddresses: [...allowedSenderAddresses] }),
  }),
  vpcNetwork: ({ tunnelId, networkId }, { stage }) => ({
    type: "vpc_network",
    ...(tunnelId !== undefined && { tunnelId: text(tunnelId, stage) }),
    ...(networkId !== undefined && { networkId: text(networkId, stage) }),
  }),
  vpcService: ({ serviceId }, { stage }) => ({ type: "vpc_service", serviceId: text(serviceId, stage) }),
  workerLoader: () => ({ type: "worker_loader" }),
  workflow: (workflow, { stage, scriptName }) => ({
    type: "workflow",
    workflowName: physicalName(workflow, stage),
    className: workflow.className,
    ...(workflow.of !== undefined && { scriptName: scriptName(workflow.of()) }),
  }),
};

const secretText = ({ secret, fallback }: Secret, { secrets, stage }: Bound): string | undefined =>
  secrets[secret] ?? fallback?.[textStage(stage)];

/** An optional secret that nobody has set. */
const isLeftOut = (binding: Binding, bound: Bound): boolean =>
  typeof binding !== "string" &&
  binding.kind === "secret" &&
  binding.optional === true &&
  secretText(binding, bound) === undefined;

const inputOf = <Kind extends BindingKind>(binding: BindingOf<Kind>, bound: Bound): Input =>
  table[binding.kind](binding, bound);

/** A worker's bindings as the API wants them: by name in byte order, the order in which Cloudflare gives them back. */
export const bindingsOf = (worker: Worker, bound: Bound): inputs.WorkerVersionBinding[] =>
  Object.entries(worker.env)
    .filter(([, binding]) => !isLeftOut(binding, bound))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, binding]) => ({
      name,
      ...(typeof binding === "string" ? { type: "plain_text", text: binding } : inputOf(binding, bound)),
    }));

const text = (of: StageText, stage: Stage): string =>
  textIn(of, textStage(stage)) ?? missing(`text for ${stage.name}`);

function missing(what: string): never {
  throw new Error(`there is no ${what}: the check of the system let it pass`);
}
