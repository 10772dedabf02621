import type { AiResult } from "./ai.ts";

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
  /** Whether calls are logged that do not say it themselves. */
  readonly collectLogs: boolean;
}

/** What a call itself says about the gateway: `AI.run(model, inputs, { gateway: { id, skipCache, … } })`. */
export interface GatewayOptions {
  readonly id: string;
  readonly skipCache?: boolean | undefined;
  /** In seconds. */
  readonly cacheTtl?: number | undefined;
  readonly cacheKey?: string | undefined;
  readonly collectLog?: boolean | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** A call of a model. */
export interface GatewayRequest {
  readonly model: string;
  readonly inputs: unknown;
  /** Which of several attempts of one request it is, from 0. @default 0 */
  readonly step?: number;
}

/** What came of a call. */
export interface Through {
  readonly result: AiResult;
  readonly cacheStatus: "HIT" | "MISS";
  /** Undefined where the call was not logged. */
  readonly logId: string | undefined;
}

/** A call as it is remembered. */
export interface GatewayLog {
  readonly id: string;
  readonly createdAtMs: number;
  readonly durationMs: number;
  readonly model: string;
  readonly step: number;
  readonly statusCode: number;
  readonly cached: boolean;
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  readonly responseType: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** The inputs as JSON. */
  readonly request: string;
  readonly response: string;
  readonly feedback: number | null;
  readonly score: number | null;
}

/** What somebody says of a call afterwards. Left out, it stays as it was. */
export type GatewayLogPatch = Partial<Pick<GatewayLog, "feedback" | "score" | "metadata">>;

/** The calls through every gateway. */
export interface GatewayLogs {
  add(account: string, gateway: string, log: GatewayLog): void;
  /** The newest first. */
  list(account: string, gateway: string): readonly GatewayLog[];
  get(account: string, gateway: string, id: string): GatewayLog | undefined;
  /** False when there is no such log. */
  patch(account: string, gateway: string, id: string, patch: GatewayLogPatch): boolean;
  /** All of the gateway where no ids are given. */
  remove(account: string, gateway: string, ids?: readonly string[]): void;
}

/** The gateways of every account: limit, cache and log in front of the one AI backend. */
export interface AiGateways {
  readonly logs: GatewayLogs;
  readonly exists: (account: string, gateway: string) => boolean;
  /** Throws AiError: 2001 for a gateway that there is not, 2003 above its limit, and what the model refuses. */
  run(account: string, options: GatewayOptions, request: GatewayRequest): Promise<Through>;
  /** Where a gateway answers over HTTP: `universal`, or a provider's name. */
  readonly url: (account: string, gateway: string, provider: string) => string;
}
