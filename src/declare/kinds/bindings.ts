import type { StageText } from "../bindings/stage-text.ts";
import type { Worker } from "../workers/worker.ts";
import type { Binding, BindingKind, BindingOf, Store } from "./kinds.ts";
import { type Limit, limit } from "./limit.ts";

/** What a binding leads to: a store, or another worker by one of the ways to reach it. */
export type Reference =
  | { readonly by: "store"; readonly to: Store }
  | { readonly by: "service" | "durableObject" | "workflow"; readonly to: Worker };

/** What is known of a kind of binding before anything is deployed. */
interface BindingFacts<Kind extends BindingKind> {
  /** What has to be there before it can be bound. */
  readonly references: (binding: BindingOf<Kind>) => readonly Reference[];
  /** Its texts that may differ by stage: property → text. The property of a binding that is one itself is empty. */
  readonly texts: (binding: BindingOf<Kind>) => Readonly<Record<string, StageText | undefined>>;
  /** Stages that it says something for, and need not: the others do without. @default - none */
  readonly someStages?: (binding: BindingOf<Kind>) => readonly string[];
  /** Numbers that Cloudflare would refuse in the middle of an update. @default - none */
  readonly limits?: (binding: BindingOf<Kind>) => readonly Limit[];
}

const none = (): readonly never[] => [];
const noTexts = (): Readonly<Record<string, never>> => ({});
/** More than anybody means: the limit is that it is a whole number. */
const unlimited = Number.MAX_SAFE_INTEGER;
const itself = (store: Store): readonly Reference[] => [{ by: "store", to: store }];
const store = { references: itself, texts: noTexts };
const value = { references: none, texts: noTexts };

const table: { readonly [Kind in BindingKind]: BindingFacts<Kind> } = {
  d1: store,
  r2: store,
  kv: store,
  vectorize: store,
  queue: store,
  aiGateway: store,
  hyperdrive: {
    references: itself,
    texts: ({ origin: { host, database, user } }) => ({
      "origin.host": host,
      "origin.database": database,
      "origin.user": user,
    }),
  },
  service: {
    references: ({ target }) => [{ by: "service", to: target() }],
    texts: noTexts,
  },
  durableObject: {
    references: ({ owner }) => (owner === undefined ? [] : [{ by: "durableObject", to: owner() }]),
    texts: noTexts,
  },
  ai: value,
  assets: value,
  secret: { ...value, someStages: ({ fallback }) => Object.keys(fallback ?? {}) },
  versionMetadata: value,
  stageName: value,
  perStage: { references: none, texts: (itself) => ({ "": itself }) },
  json: value,
  aiSearch: { references: none, texts: ({ instance, namespace }) => ({ instance, namespace }) },
  aiSearchNamespace: { references: none, texts: ({ namespace }) => ({ namespace }) },
  analyticsEngine: { references: none, texts: ({ dataset }) => ({ dataset }) },
  artifacts: { references: none, texts: ({ namespace }) => ({ namespace }) },
  browser: value,
  dispatchNamespace: {
    references: ({ outbound }) => (outbound === undefined ? [] : [{ by: "service", to: outbound.worker() }]),
    texts: ({ namespace }) => ({ namespace }),
  },
  flagship: { references: none, texts: ({ appId }) => ({ appId }) },
  images: value,
  k2: { references: none, texts: ({ stream }) => ({ stream }) },
  media: value,
  mtlsCertificate: { references: none, texts: ({ certificateId }) => ({ certificateId }) },
  pipeline: { references: none, texts: ({ pipeline }) => ({ pipeline }) },
  rateLimit: {
    references: none,
    texts: ({ namespaceId }) => ({ namespaceId }),
    limits: (binding) => [limit("limit", binding.limit, 1, unlimited)],
  },
  raw: value,
  secretKey: value,
  secretsStoreSecret: { references: none, texts: ({ storeId, secretName }) => ({ storeId, secretName }) },
  sendEmail: { references: none, texts: ({ destinationAddress }) => ({ destinationAddress }) },
  vpcNetwork: { references: none, texts: ({ tunnelId, networkId }) => ({ tunnelId, networkId }) },
  vpcService: { references: none, texts: ({ serviceId }) => ({ serviceId }) },
  workerLoader: value,
  workflow: {
    references: ({ of }) => (of === undefined ? [] : [{ by: "workflow", to: of() }]),
    texts: noTexts,
    limits: ({ maxSteps, maxConcurrency }) => [
      limit("maxSteps", maxSteps, 1, 25_000),
      limit("maxConcurrency", maxConcurrency, 1, unlimited),
    ],
  },
};

/** What has to be there before a binding can be made. */
export const referencesOf = <Kind extends BindingKind>(
  binding: BindingOf<Kind> | string,
): readonly Reference[] => (typeof binding === "string" ? [] : table[binding.kind].references(binding));

/** The texts of a binding that may differ by stage, as property → text. */
const textsOf = <Kind extends BindingKind>(
  binding: BindingOf<Kind> | string,
): readonly (readonly [string, StageText])[] =>
  typeof binding === "string"
    ? []
    : Object.entries(table[binding.kind].texts(binding)).flatMap(([property, text]) =>
        text === undefined ? [] : [[property, text] as const],
      );

/** The stages that each text of a binding has a value for, where it differs by stage. */
export const valuesByStage = (binding: Binding): readonly (readonly [string, readonly string[]])[] =>
  textsOf(binding).flatMap(([property, text]) =>
    typeof text === "string" ? [] : [[property, Object.keys(text.values)] as const],
  );

/** The names of stages that a binding mentions. */
export const stageNamesOf = <Kind extends BindingKind>(
  binding: BindingOf<Kind> | string,
): readonly string[] =>
  typeof binding === "string"
    ? []
    : [
        ...textsOf(binding).flatMap(([, text]) => (typeof text === "string" ? [] : Object.keys(text.values))),
        ...(table[binding.kind].someStages?.(binding) ?? []),
      ];

/** Numbers of a binding that Cloudflare would refuse in the middle of an update. */
export const limitsOf = <Kind extends BindingKind>(binding: BindingOf<Kind> | string): readonly Limit[] =>
  typeof binding === "string" ? [] : (table[binding.kind].limits?.(binding) ?? []);
