import type { BindingTypeName } from "../../../binding-type-names.ts";
import type { Binding } from "../model.ts";
import { databaseId, invalid } from "./binding-members.ts";
import {
  type CellBinding,
  databaseElsewhere,
  dataset,
  jsonValue,
  objects,
  otherWorker,
  outgoingMail,
  rateLimit,
  sealedText,
  secretOfStore,
  staticFiles,
  store,
  versionFacts,
  visibleText,
  workflow,
} from "./cell-bindings.ts";
import { wrongRateLimit } from "./rate-limit.ts";
import {
  accountItself,
  bucket,
  database,
  deployedWorker,
  hyperdriveConfig,
  index,
  namespace,
  objectNamespace,
  queue,
  storedSecret,
  type Target,
} from "./targets.ts";
import { wrongDataset, wrongMail } from "./wrong.ts";

/** All that the emulator knows of one type of binding. */
interface BindingType {
  /** Members that have to be there; Cloudflare accepts more, and so do we. */
  readonly required: readonly string[];
  /** Members that hold a secret; they are sealed on arrival and never shown again. */
  readonly secret?: readonly string[];
  /** What is wrong with it besides; undefined when nothing is. */
  readonly wrong?: (binding: Binding) => string | undefined;
  /** What it has to mean at the time of the upload: throws Cloudflare's refusal where that does not exist. */
  readonly target?: Target;
  /**
   * How code gets it. `kept`: a Worker may declare it and it is shown, `env` has nothing under its name here, and the
   * upload's messages say so. `refused`: no upload that this Cloudflare takes can have it.
   */
  readonly here: CellBinding | "kept" | "refused";
}

const kept = (...required: readonly string[]): BindingType => ({ required, here: "kept" });
/** Parts of the upload that only Workers in the service-worker format have. */
const refused: BindingType = { required: [], here: "refused" };

/**
 * Every type of binding that Cloudflare has (`inherit` is replaced before), by its name in `embedded/binding-type-names.ts`.
 */
export const bindingTypes: Readonly<Record<BindingTypeName, BindingType>> = {
  ai: { required: [], target: accountItself, here: store("AI") },
  ai_search: kept("instance_name"),
  ai_search_namespace: kept("namespace"),
  analytics_engine: { required: ["dataset"], wrong: wrongDataset, here: dataset },
  artifacts: kept("namespace"),
  assets: { required: [], here: staticFiles },
  browser: kept(),
  d1: {
    required: [],
    wrong: (binding) => (databaseId(binding) === undefined ? "must have a valid `id` specified" : undefined),
    target: database,
    here: store("D1"),
  },
  data_blob: refused,
  dispatch_namespace: kept("namespace"),
  durable_object_namespace: { required: ["class_name"], target: objectNamespace, here: objects },
  flagship: kept("app_id"),
  hyperdrive: { required: ["id"], target: hyperdriveConfig, here: databaseElsewhere },
  images: kept(),
  json: {
    required: [],
    wrong: ({ json }) => (json === undefined ? "must have a valid `json` specified" : undefined),
    here: jsonValue,
  },
  k2: kept("stream"),
  kv_namespace: { required: ["namespace_id"], target: namespace, here: store("KV") },
  media: kept(),
  messaging: kept("namespace"),
  mtls_certificate: kept("certificate_id"),
  pipelines: kept("pipeline"),
  plain_text: { required: ["text"], here: visibleText },
  queue: { required: ["queue_name"], target: queue, here: store("QUEUE") },
  r2_bucket: { required: ["bucket_name"], target: bucket, here: store("R2") },
  ratelimit: { required: ["namespace_id", "simple"], wrong: wrongRateLimit, here: rateLimit },
  secret_key: { ...kept("algorithm", "format", "usages"), secret: ["key_base64", "key_jwk"] },
  secret_text: { required: ["text"], secret: ["text"], here: sealedText },
  secrets_store_secret: { required: ["store_id", "secret_name"], target: storedSecret, here: secretOfStore },
  send_email: { required: [], wrong: wrongMail, here: outgoingMail },
  service: { required: ["service"], target: deployedWorker, here: otherWorker },
  tail_consumer: kept("service"),
  text_blob: refused,
  vectorize: { required: ["index_name"], target: index, here: store("VECTORIZE") },
  version_metadata: { required: [], here: versionFacts },
  vpc_network: kept(),
  vpc_service: kept("service_id"),
  wasm_module: refused,
  workflow: { required: ["workflow_name"], here: workflow },
};

const byTypeName: ReadonlyMap<string, BindingType> = new Map(Object.entries(bindingTypes));

/** What is known of a binding's type. Throws Cloudflare's refusal, with the binding's name, for a type that there is not. */
export function typeOf({ name, type }: Binding): BindingType {
  const bindingType = byTypeName.get(type);
  if (bindingType === undefined)
    throw invalid(`binding ${name} has the unknown type ${JSON.stringify(type)}`);
  return bindingType;
}
