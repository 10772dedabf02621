import { beforeEach, expect, test } from "vitest";
import { AiError, type AiResult } from "../ai.ts";
import type { GatewayConfig, GatewayOptions } from "../ai-gateway.ts";
import { type GatewayCache, openGatewayCache } from "./gateway.ts";

const plain: GatewayConfig = {
  cacheTtlSeconds: undefined,
  limit: undefined,
  intervalSeconds: undefined,
  technique: "sliding",
  cacheVersion: "1",
  collectLogs: true,
};

let nowMs: number;
let runs: number;
let gateways: GatewayCache;
beforeEach(() => {
  nowMs = 1_000_000;
  runs = 0;
  gateways = openGatewayCache(() => nowMs);
});

async function ask(
  config: Partial<GatewayConfig>,
  options: Partial<GatewayOptions> = {},
  inputs: unknown = { prompt: "x" },
  kind: "json" | "stream" = "json",
): Promise<string> {
  const run = async (): Promise<AiResult> => {
    runs++;
    return kind === "json" ? { kind, value: runs } : { kind, events: (async function* () {})() };
  };
  try {
    const { result, cacheStatus } = await gateways.run(
      "account",
      { ...plain, ...config },
      { id: "gw", ...options },
      { model: "m", inputs },
      run,
    );
    return `${cacheStatus} ${result.kind === "json" ? result.value : "stream"}`;
  } catch (error) {
    return error instanceof AiError
      ? `${error.status} ${error.internalCode} ${error.message}`
      : String(error);
  }
}

test("the same request is answered from the cache for as long as the gateway says", async () => {
  const cached = { cacheTtlSeconds: 3600 };
  expect(await ask(cached)).toBe("MISS 1");
  expect(await ask(cached)).toBe("HIT 1");
  expect(await ask(cached, {}, { prompt: "y" })).toBe("MISS 2");
  expect(await ask(cached, { skipCache: true })).toBe("MISS 3");
  expect(await ask(cached, { id: "other" })).toBe("MISS 4");
  expect(await ask(cached, { cacheKey: "k" })).toBe("MISS 5");
  expect(await ask(cached, { cacheKey: "k" }, { prompt: "z" })).toBe("HIT 5");
  nowMs += 3_600_000;
  expect(await ask(cached)).toBe("MISS 6");
  expect(await ask({ ...cached, cacheVersion: "2" })).toBe("MISS 7");
});

test("without a time to live nothing is cached, unless the call asks for it; a stream never is", async () => {
  expect([await ask({}), await ask({})]).toEqual(["MISS 1", "MISS 2"]);
  expect([await ask({}, { cacheTtl: 60 }), await ask({}, { cacheTtl: 60 })]).toEqual(["MISS 3", "HIT 3"]);
  const cached = { cacheTtlSeconds: 3600 };
  expect([await ask(cached, {}, 1, "stream"), await ask(cached, {}, 1, "stream")]).toEqual([
    "MISS stream",
    "MISS stream",
  ]);
});

test("a sliding limit counts the last interval, a fixed one the interval of the clock", async () => {
  const limit = { limit: 2, intervalSeconds: 60 };
  nowMs = 60_000 * 100 + 50_000;
  expect([await ask(limit), await ask(limit), await ask(limit)]).toEqual([
    "MISS 1",
    "MISS 2",
    "429 2003 Rate limited",
  ]);
  nowMs += 15_000;
  expect(await ask(limit)).toBe("429 2003 Rate limited");
  expect(await ask({ ...limit, technique: "fixed" })).toBe("MISS 3");
  nowMs += 45_000;
  expect(await ask(limit)).toBe("MISS 4");
});
