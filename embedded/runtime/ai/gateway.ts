import { createHash } from "node:crypto";
import { AiError, type AiResult } from "../ai.ts";

/** What an AI Gateway does with the calls that go through it. */
export interface GatewayConfig {
  /** 0 or undefined: nothing is cached. */
  readonly cacheTtlSeconds: number | undefined;
  /** Undefined or 0: as many requests as one likes. */
  readonly limit: number | undefined;
  readonly intervalSeconds: number | undefined;
  readonly technique: "fixed" | "sliding";
  /** Changes when what is cached must not be given any more. */
  readonly cacheVersion: string;
}

/** What a call itself says about the gateway: `AI.run(model, inputs, { gateway: { id, skipCache, … } })`. */
export interface GatewayOptions {
  readonly id: string;
  readonly skipCache?: boolean | undefined;
  readonly cacheTtl?: number | undefined;
  readonly cacheKey?: string | undefined;
}

export interface Gateways {
  /** Answers from the cache, or runs. Throws {@link AiError} 2003 above the rate limit. A stream is never cached. */
  run(
    storeId: string,
    config: GatewayConfig,
    options: GatewayOptions,
    request: { readonly model: string; readonly inputs: unknown },
    run: () => Promise<AiResult>,
  ): Promise<Through>;
}

export interface Through {
  readonly result: AiResult;
  readonly cacheStatus: "HIT" | "MISS";
}

const cachedAnswers = 1000;

/** Caches and counts in memory: a restart begins anew, as a gateway's cache may at any time. */
export function openGateways(now: () => number = Date.now): Gateways {
  const cache = new Map<string, { readonly value: unknown; readonly untilMs: number }>();
  const requests = new Map<string, number[]>();

  function admit(gateway: string, { limit, intervalSeconds, technique }: GatewayConfig): void {
    if (limit === undefined || limit === 0 || intervalSeconds === undefined || intervalSeconds === 0) return;
    const intervalMs = intervalSeconds * 1000;
    const since =
      technique === "sliding" ? now() - intervalMs : Math.floor(now() / intervalMs) * intervalMs - 1;
    const recent = (requests.get(gateway) ?? []).filter((at) => at > since);
    requests.set(gateway, recent);
    if (recent.length >= limit) throw new AiError(429, 2003, "Rate limited");
    recent.push(now());
  }

  return {
    async run(storeId, config, options, { model, inputs }, run) {
      const gateway = `${storeId}/${options.id}`;
      admit(gateway, config);
      const ttlSeconds = options.cacheTtl ?? config.cacheTtlSeconds ?? 0;
      const key = createHash("sha256")
        .update(JSON.stringify([gateway, config.cacheVersion, options.cacheKey ?? [model, inputs]]))
        .digest("base64");
      const cached = options.skipCache === true || ttlSeconds === 0 ? undefined : cache.get(key);
      if (cached !== undefined && cached.untilMs > now())
        return { result: { kind: "json", value: cached.value }, cacheStatus: "HIT" };
      const result = await run();
      if (result.kind === "json" && ttlSeconds > 0 && options.skipCache !== true) {
        cache.delete(key);
        cache.set(key, { value: result.value, untilMs: now() + ttlSeconds * 1000 });
        const oldest = cache.size > cachedAnswers ? cache.keys().next().value : undefined;
        if (oldest !== undefined) cache.delete(oldest);
      }
      return { result, cacheStatus: "MISS" };
    },
  };
}
