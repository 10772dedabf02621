import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type AiBackend, AiError, type AiResult } from "../ai.ts";
import type {
  AiGateways,
  GatewayConfig,
  GatewayLogs,
  GatewayOptions,
  GatewayRequest,
  Through,
} from "../ai-gateway.ts";
import type { VectorEngine } from "../vectors.ts";
import { openGatewayCache } from "./gateway.ts";
import { runAi } from "./run.ts";

export interface GatewaysOptions {
  readonly ai: AiBackend;
  readonly vectors: VectorEngine;
  readonly logs: GatewayLogs;
  /** The gateway of this name in this account; undefined when there is none. */
  readonly config: (account: string, gateway: string) => GatewayConfig | undefined;
  /** Where they answer over HTTP: `http://127.0.0.1:<port>`. */
  readonly origin: () => string;
  /** @default the clock */
  readonly now?: () => number;
}

/** A gateway has to be created before it is named, by the API or by a deployment. */
export const noGateway = (): AiError =>
  new AiError(400, 2001, "Please configure AI Gateway in the Cloudflare dashboard");

/** Every gateway, in front of one backend. */
export function openAiGateways(options: GatewaysOptions): AiGateways {
  const { ai, vectors, logs, config, origin, now = Date.now } = options;
  const cache = openGatewayCache(now);

  async function logged(
    account: string,
    gateway: GatewayOptions,
    request: GatewayRequest,
    run: () => Promise<Omit<Through, "logId">>,
  ): Promise<Through> {
    const id = randomUUID();
    const beganMs = now();
    const log = (statusCode: number, responseType: string, response: string, cached = false): void =>
      logs.add(account, gateway.id, {
        id,
        createdAtMs: beganMs,
        durationMs: now() - beganMs,
        model: request.model,
        step: request.step ?? 0,
        statusCode,
        cached,
        ...tokensOf(response),
        responseType,
        metadata: gateway.metadata ?? null,
        request: JSON.stringify(request.inputs) ?? "",
        response,
        feedback: null,
        score: null,
      });
    try {
      const { result, cacheStatus } = await run();
      if (result.kind === "json")
        log(200, "application/json", JSON.stringify(result.value), cacheStatus === "HIT");
      return { result: result.kind === "json" ? result : heard(result, log), cacheStatus, logId: id };
    } catch (error) {
      if (error instanceof AiError) log(error.status, "application/json", error.message);
      throw error;
    }
  }

  return {
    logs,
    exists: (account, gateway) => config(account, gateway) !== undefined,
    url: (account, gateway, provider) =>
      `${origin()}/v1/${account}/${gateway}${provider === "universal" ? "" : `/${provider}`}`,
    async run(account, gateway, request) {
      const found = config(account, gateway.id);
      if (found === undefined) throw noGateway();
      const through = () =>
        cache.run(account, found, gateway, request, () =>
          runAi({ ai, vectors }, request.model, request.inputs),
        );
      return (gateway.collectLog ?? found.collectLogs)
        ? logged(account, gateway, request, through)
        : { ...(await through()), logId: undefined };
    },
  };
}

/** The same stream; what came is logged when it ends, also where nobody listened to the end. */
function heard(
  { events }: Extract<AiResult, { kind: "stream" }>,
  log: (statusCode: number, responseType: string, response: string) => void,
): AiResult {
  async function* listened(): AsyncGenerator<string> {
    let response = "";
    try {
      for await (const event of events) {
        response += event;
        yield event;
      }
    } finally {
      log(200, "text/event-stream", response);
    }
  }
  return { kind: "stream", events: listened() };
}

const usage = z.object({ prompt_tokens: z.number(), completion_tokens: z.number() });

/** What an answer says of its tokens, in JSON or in the last event of a stream. */
function tokensOf(response: string): { readonly tokensIn: number | null; readonly tokensOut: number | null } {
  const [text] = response.match(/"usage":\{[^}]*\}/) ?? [];
  const parsed = text === undefined ? undefined : usage.safeParse(JSON.parse(text.slice('"usage":'.length)));
  return parsed?.success === true
    ? { tokensIn: parsed.data.prompt_tokens, tokensOut: parsed.data.completion_tokens }
    : { tokensIn: null, tokensOut: null };
}
