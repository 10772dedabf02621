import type { StageText } from "./stage-text.ts";

/**
 * An app of Flagship, bound by {@link flagship}.
 *
 * @example
 * const flags: Flagship = flagship("0190…");
 */
export interface Flagship {
  readonly kind: "flagship";
  /** Id of the app at Cloudflare. */
  readonly appId: StageText;
}

/**
 * A namespace of Artifacts, bound by {@link artifacts}.
 *
 * @example
 * const repos: Artifacts = artifacts("agents");
 */
export interface Artifacts {
  readonly kind: "artifacts";
  /** Name of the namespace. */
  readonly namespace: StageText;
}

/**
 * Binds the feature flags of an app of Flagship.
 *
 * @example
 * worker("api", { ...settings, env: { FLAGS: flagship("0190…") } }); // await env.FLAGS.getBooleanValue("new-menu", false)
 */
export const flagship = (appId: StageText): Flagship => ({ kind: "flagship", appId });

/**
 * Binds a namespace of Git repositories in Artifacts.
 *
 * @example
 * worker("agent", { ...settings, env: { REPOS: artifacts("agents") } }); // await env.REPOS.create("notes")
 */
export const artifacts = (namespace: StageText): Artifacts => ({ kind: "artifacts", namespace });
