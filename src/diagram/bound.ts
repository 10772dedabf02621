import type { StageText } from "../declare/bindings/stage-text.ts";
import type { Worker } from "../declare/index.ts";
import type { BindingKind, BindingOf, Store } from "../declare/kinds/kinds.ts";

/** What a binding leads to in a picture. */
export type Bound =
  | { readonly to: "resource"; readonly resource: Store | Worker; readonly of?: string | undefined }
  /** What is in the code of a worker: of the one that binds it, where there is no owner. */
  | {
      readonly to: "class" | "workflow";
      readonly name: string;
      readonly owner: Worker | undefined;
    }
  | { readonly to: "platform"; readonly name: string }
  /** A value that the code reads: no part of a picture. */
  | { readonly to: "nothing" };

const store = (resource: Store): Bound => ({ to: "resource", resource });
const value = (): Bound => ({ to: "nothing" });
/** @param which of several the account has; one that differs by stage is not named: a picture is of all stages. */
const platform = (name: string, which?: StageText): Bound => ({
  to: "platform",
  name: typeof which === "string" ? `${name}: ${which}` : name,
});

const table: { readonly [Kind in BindingKind]: (binding: BindingOf<Kind>) => Bound } = {
  d1: store,
  r2: store,
  kv: store,
  vectorize: store,
  queue: store,
  aiGateway: store,
  hyperdrive: store,
  service: ({ target, entrypoint }) => ({ to: "resource", resource: target(), of: entrypoint }),
  durableObject: ({ className, owner }) => ({ to: "class", name: className, owner: owner?.() }),
  ai: () => platform("Workers AI"),
  assets: value,
  secret: value,
  versionMetadata: value,
  stageName: value,
  perStage: value,
  json: value,
  aiSearch: ({ instance }) => platform("AI Search", instance),
  aiSearchNamespace: ({ namespace }) => platform("AI Search", namespace),
  analyticsEngine: ({ dataset }) => platform("Analytics Engine", dataset),
  artifacts: ({ namespace }) => platform("Artifacts", namespace),
  browser: () => platform("Browser Rendering"),
  dispatchNamespace: ({ namespace }) => platform("dispatch namespace", namespace),
  flagship: () => platform("Flagship"),
  images: () => platform("Images"),
  k2: ({ stream }) => platform("K2", stream),
  media: () => platform("Media Transformations"),
  mtlsCertificate: value,
  pipeline: ({ pipeline }) => platform("Pipelines", pipeline),
  rateLimit: value,
  raw: ({ binding }) => platform(binding.type),
  secretKey: value,
  secretsStoreSecret: () => platform("Secrets Store"),
  sendEmail: () => platform("Email"),
  vpcNetwork: () => platform("VPC network"),
  vpcService: () => platform("VPC service"),
  workerLoader: () => platform("Worker Loader"),
  workflow: ({ name, of }) => ({ to: "workflow", name, owner: of?.() }),
};

/** What a binding leads to. */
export const boundBy = <Kind extends BindingKind>(binding: BindingOf<Kind> | string): Bound =>
  typeof binding === "string" ? value() : table[binding.kind](binding);
