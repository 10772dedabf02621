import type { ProviderName } from "./providers.ts";

/**
 * Files, from the project's root, that states name in the place of `lockstep/dynamic`: those of stacks that were brought up before
 * that entry was there. What moves leaves a file behind that forwards `provider`.
 */
export const recordedPaths: Readonly<Record<string, ProviderName>> = {
  "./src/dynamic/first-version-provider.ts": "FirstVersion",
  "./src/dynamic/guard-provider.ts": "Guard",
  "./src/dynamic/target-provider.ts": "Target",
  "./src/dynamic/vectorize-provider.ts": "VectorizeIndex",
  "./src/migrations/provider.ts": "Migrations",
};
