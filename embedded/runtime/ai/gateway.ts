import { createHash } from "node:crypto";
import { AiError, type AiResult } from "../ai.ts";
import type { GatewayConfig, GatewayOptions, GatewayRequest, Through } from "../ai-gateway.ts";

/** The part of a gateway that answers, or does not, before a model is asked. */
export interface GatewayCache {
  /** Answers from the cache, or runs. Throws {@link AiError} 2003 above the rate limit. A stream is never cached. */
  run(
    account: string,
    config: GatewayConfig,
    options: GatewayOptions,
    request: GatewayRequest,
    run: () => Promise<AiResult>,
  ): Promise<Omit<Through, "logId">>;
}

const cachedAnswers = 1000;

/** Caches and counts in memory: a restart begins anew, as a gateway's cache may at any time. */
export function openGatewayCache(now: () => number = Date.now): GatewayCache {
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
    async run(account, config, options, { model, inputs }, run) {
      const gateway = `${account}/${options.id}`;
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
