import type { StageText } from "./stage-text.ts";

/**
 * A stream of Cloudflare Pipelines, bound by {@link pipeline}.
 *
 * @example
 * const events: Pipeline<{ readonly page: string }> = pipeline<{ readonly page: string }>("0f3a…");
 */
export interface Pipeline<Row = unknown> {
  readonly kind: "pipeline";
  /** Id of the stream, or the name of a pipeline of the older kind. */
  readonly pipeline: StageText;
  /** Never set: carries the type of what is sent to `EnvOf`. @default - never set */
  readonly row?: Row;
}

/**
 * A K2 stream, bound by {@link k2}.
 *
 * @example
 * const events: K2 = k2("0f3a…");
 */
export interface K2 {
  readonly kind: "k2";
  /** Id of the stream. */
  readonly stream: StageText;
}

/**
 * Binds a stream of Cloudflare Pipelines: `await env.EVENTS.send(rows)`.
 *
 * @param id of the stream, or the name of a pipeline of the older kind
 * @example
 * worker("api", { ...settings, env: { EVENTS: pipeline<{ readonly page: string }>("0f3a…") } });
 */
export const pipeline = <Row = unknown>(id: StageText): Pipeline<Row> => ({
  kind: "pipeline",
  pipeline: id,
});

/**
 * Binds a K2 stream. Cloudflare publishes no type for it: the code sees `unknown`.
 *
 * @example
 * worker("api", { ...settings, env: { EVENTS: k2("0f3a…") } });
 */
export const k2 = (stream: StageText): K2 => ({ kind: "k2", stream });
