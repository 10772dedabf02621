import * as pulumi from "@pulumi/pulumi";
import type { Binding, Worker } from "../../declare/index.ts";
import type { Stage } from "../../stages/index.ts";
import type { inputs } from "../cloudflare.ts";
import type { Stores } from "../stores/stores.ts";

/** Where bindings find what they bind. */
export interface Bound {
  readonly stage: Stage;
  readonly stores: Stores;
  /** Name of a deployed worker, once its shell exists. */
  readonly scriptName: (worker: Worker) => pulumi.Input<string>;
  /** The stack's secrets, in clear. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A worker's bindings as the API wants them: by name in byte order, the order in which Cloudflare gives them back. */
export const bindingsOf = (worker: Worker, bound: Bound): inputs.WorkerVersionBinding[] =>
  Object.entries(worker.env)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, binding]) => bindingOf(name, binding, bound));

function bindingOf(
  name: string,
  binding: Binding,
  { stage, stores, scriptName, secrets }: Bound,
): inputs.WorkerVersionBinding {
  if (typeof binding === "string") return { name, type: "plain_text", text: binding };
  switch (binding.kind) {
    case "d1":
      return { name, type: "d1", databaseId: stores.database(binding).id };
    case "r2":
      return {
        name,
        type: "r2_bucket",
        bucketName: stores.bucket(binding).name,
        ...(binding.jurisdiction !== undefined && { jurisdiction: binding.jurisdiction }),
      };
    case "kv":
      return { name, type: "kv_namespace", namespaceId: stores.namespace(binding).id };
    case "vectorize":
      return { name, type: "vectorize", indexName: stores.index(binding).name };
    case "queue":
      return { name, type: "queue", queueName: stores.queue(binding).name };
    case "ai":
      return { name, type: "ai" };
    case "secret":
      return {
        name,
        type: "secret_text",
        text: pulumi.secret(secrets[binding.secret] ?? missing(binding.secret)),
      };
    case "versionMetadata":
      return { name, type: "version_metadata" };
    case "stageName":
      return { name, type: "plain_text", text: stage.name };
    case "perStage":
      return {
        name,
        type: "plain_text",
        text: binding.values[stage.name] ?? missing(`${name} for ${stage.name}`),
      };
    case "json":
      return { name, type: "json", json: JSON.stringify(binding.value) };
    case "service":
      return {
        name,
        type: "service",
        service: scriptName(binding.target()),
        // The real API adds it when it is missing, and every plan would replace the version.
        environment: "production",
        ...(binding.entrypoint !== undefined && { entrypoint: binding.entrypoint }),
      };
    case "durableObject":
      return {
        name,
        type: "durable_object_namespace",
        className: binding.className,
        ...(binding.owner !== undefined && { scriptName: scriptName(binding.owner()) }),
      };
    default:
      return binding satisfies never;
  }
}

function missing(what: string): never {
  throw new Error(`there is no ${what}: the check of the system let it pass`);
}
