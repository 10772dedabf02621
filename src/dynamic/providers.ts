import { provider as FirstVersion } from "./first-version-provider.ts";
import { provider as Guard } from "./guard-provider.ts";
import { provider as Migrations } from "./migrations/migrations-provider.ts";
import { provider as OwnKey } from "./own-key-provider.ts";
import { provider as BucketReset } from "./stores/bucket-reset-provider.ts";
import { provider as SharedStore } from "./stores/shared-store-provider.ts";
import { provider as Target } from "./target-provider.ts";
import { provider as VectorizeIndex } from "./vectorize-provider.ts";

/** What the engine's dynamic-provider process calls. Inputs and outputs are whatever a state holds, so each provider parses its own. */
export interface DynamicProvider {
  check(
    olds: unknown,
    news: unknown,
  ): Promise<{ inputs: unknown; failures: { property: string; reason: string }[] }>;
  /** Explicit, and of named properties only: the engine would also compare `__provider`, which changes when this library moves. */
  diff(id: string, olds: unknown, news: unknown): Promise<{ changes: boolean; replaces: string[] }>;
  create(news: unknown): Promise<{ id: string; outs: unknown }>;
  update?(id: string, olds: unknown, news: unknown): Promise<{ outs: unknown }>;
  /** @returns an empty id when there is nothing any more */
  read(id: string, props: unknown): Promise<{ id: string; props: unknown; inputs?: unknown }>;
  delete(id: string, props: unknown): Promise<void>;
}

/** Every dynamic provider, by the name that states know it by. A name that was ever released stays. */
const providers = {
  BucketReset,
  FirstVersion,
  Guard,
  Migrations,
  OwnKey,
  SharedStore,
  Target,
  VectorizeIndex,
} satisfies Readonly<Record<string, DynamicProvider>>;

export type ProviderName = keyof typeof providers;

const byName = new Map<string, DynamicProvider>(Object.entries(providers));
export const providerNames: readonly string[] = [...byName.keys()];

/**
 * A dynamic provider of this version of the library, whatever version wrote the state that names it.
 * @throws when a later version wrote that state, with a provider that this one does not have
 */
export function providerOf(name: string): DynamicProvider {
  const provider = byName.get(name);
  if (provider !== undefined) return provider;
  throw new Error(
    `this version of lockstep has no provider ${name}, only ${providerNames.join(", ")}: a later version brought the stack up; install that one`,
  );
}
