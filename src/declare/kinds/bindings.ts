import type { Worker } from "../worker.ts";
import type { BindingKind, BindingOf, Store } from "./kinds.ts";

/** What a binding leads to: a store, or another worker by one of the two ways to reach it. */
export type Reference =
  | { readonly by: "store"; readonly to: Store }
  | { readonly by: "service" | "durableObject"; readonly to: Worker };

/** What is known of a kind of binding before anything is deployed. */
interface BindingFacts<Kind extends BindingKind> {
  /** What has to be there before it can be bound. */
  readonly references: (binding: BindingOf<Kind>) => readonly Reference[];
  /** Names of stages that stand in it. */
  readonly stageNames: (binding: BindingOf<Kind>) => readonly string[];
}

const none = (): readonly never[] => [];
const itself = (store: Store): readonly Reference[] => [{ by: "store", to: store }];
const store = { references: itself, stageNames: none };
const value = { references: none, stageNames: none };

const table: { readonly [Kind in BindingKind]: BindingFacts<Kind> } = {
  d1: store,
  r2: store,
  kv: store,
  vectorize: store,
  queue: store,
  aiGateway: store,
  service: {
    references: ({ target }) => [{ by: "service", to: target() }],
    stageNames: none,
  },
  durableObject: {
    references: ({ owner }) => (owner === undefined ? [] : [{ by: "durableObject", to: owner() }]),
    stageNames: none,
  },
  ai: value,
  assets: value,
  secret: { references: none, stageNames: ({ fallback }) => Object.keys(fallback ?? {}) },
  versionMetadata: value,
  stageName: value,
  perStage: { references: none, stageNames: ({ values }) => Object.keys(values) },
  json: value,
};

/** What has to be there before a binding can be made. */
export const referencesOf = <Kind extends BindingKind>(
  binding: BindingOf<Kind> | string,
): readonly Reference[] => (typeof binding === "string" ? [] : table[binding.kind].references(binding));

/** The names of stages that a binding mentions. */
export const stageNamesOf = <Kind extends BindingKind>(
  binding: BindingOf<Kind> | string,
): readonly string[] => (typeof binding === "string" ? [] : table[binding.kind].stageNames(binding));
