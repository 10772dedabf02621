import type { StageText } from "./stage-text.ts";

/**
 * An instance of AI Search, bound by {@link aiSearch}.
 *
 * @example
 * const manuals: AiSearch = aiSearch("manuals");
 */
export interface AiSearch {
  readonly kind: "aiSearch";
  /** Name of the instance; it has to be there when the worker is deployed. */
  readonly instance: StageText;
  /** The namespace that the instance is in. @default "default" */
  readonly namespace?: StageText;
}

/**
 * A namespace of AI Search, bound by {@link aiSearchNamespace}.
 *
 * @example
 * const all: AiSearchNamespace = aiSearchNamespace("default");
 */
export interface AiSearchNamespace {
  readonly kind: "aiSearchNamespace";
  /** Name of the namespace. */
  readonly namespace: StageText;
}

/**
 * Binds one instance of AI Search.
 *
 * @param instance its name
 * @param options the namespace that it is in
 * @example
 * worker("help", { ...settings, env: { MANUALS: aiSearch("manuals") } }); // await env.MANUALS.search({ query })
 */
export const aiSearch = (instance: StageText, options: Pick<AiSearch, "namespace"> = {}): AiSearch => ({
  kind: "aiSearch",
  instance,
  ...options,
});

/**
 * Binds all instances of a namespace of AI Search.
 *
 * @example
 * worker("help", { ...settings, env: { SEARCH: aiSearchNamespace("default") } }); // env.SEARCH.get("manuals")
 */
export const aiSearchNamespace = (namespace: StageText): AiSearchNamespace => ({
  kind: "aiSearchNamespace",
  namespace,
});
