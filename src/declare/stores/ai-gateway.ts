import { declaredHere } from "../declared-at.ts";
import type { Named, Shareable } from "../named.ts";
import { named, type Shapes, shaped } from "../shaped.ts";

/**
 * How many requests an AI Gateway lets through in a window of time; the next one is refused with 429.
 *
 * @example
 * const limit: AiGatewayRateLimit = { requests: 100, windowSeconds: 60, technique: "sliding" };
 */
export interface AiGatewayRateLimit {
  /** Requests in a window, at least 1. */
  readonly requests: number;
  /** Length of the window in seconds, at least 1. */
  readonly windowSeconds: number;
  /** `sliding` looks back from each request; `fixed` begins anew at the end of each window of the clock. @default "fixed" */
  readonly technique?: "fixed" | "sliding";
}

/**
 * An AI Gateway: a cache, a limit and a log in front of models. Bound, the code gets its id as a text, and names it in a call
 * of Workers AI.
 *
 * @example
 * const gateway: AiGateway = aiGateway("models", { cacheTtlSeconds: 3_600 });
 */
export interface AiGateway extends Named, Shareable {
  readonly kind: "aiGateway";
  /** For how many seconds the answer to a repeated request comes from the cache; 0 caches nothing. @default 0 */
  readonly cacheTtlSeconds?: number;
  /** How many requests it lets through. @default - as many as one likes */
  readonly rateLimit?: AiGatewayRateLimit;
  /** Whether requests and answers are kept in the gateway's log. @default true */
  readonly collectLogs?: boolean;
  /**
   * Ids of gateways that exist already, by stage: each is taken over with its logs where the account has it, and made anew where not. It has to be the
   * gateway's name in the stage, see `physicalName`. What is declared is set. @default - created
   */
  readonly adopt?: Readonly<Record<string, string>>;
}

const shapes: Shapes<AiGateway> = {
  ...named,
  shared: ["flag"],
  adopt: ["group"],
  cacheTtlSeconds: ["number"],
  rateLimit: ["group"],
  collectLogs: ["flag"],
};

/**
 * Declares an AI Gateway. Its id at Cloudflare has 1 to 64 of a-z, 0-9, underscores and single dashes between them.
 *
 * @example
 * const gateway = aiGateway("models", {
 *   cacheTtlSeconds: 3_600,
 *   rateLimit: { requests: 100, windowSeconds: 60, technique: "sliding" },
 * });
 * worker("api", { ...settings, env: { AI: ai(), GATEWAY: gateway } });
 * // await env.AI.run(model, inputs, { gateway: { id: env.GATEWAY } })
 */
export const aiGateway = (name: string, options: Omit<AiGateway, "kind" | "name"> = {}): AiGateway =>
  declaredHere(
    shaped(shapes, {
      kind: "aiGateway",
      name,
      ...options,
    }),
  );
