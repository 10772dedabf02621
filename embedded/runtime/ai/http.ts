import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { type AiBackend, AiError, type AiResult } from "../ai.ts";
import type { AiGateways } from "../ai-gateway.ts";
import { readBody } from "../body.ts";
import type { VectorEngine } from "../vectors.ts";
import { handleGatewayRequest } from "./gateway-http.ts";
import { noGateway } from "./gateways.ts";
import { runAi } from "./run.ts";

export interface AiPlane {
  readonly ai: AiBackend;
  readonly vectors: VectorEngine;
  /** Undefined where no account has any. */
  readonly gateways: AiGateways | undefined;
}

const gatewayOptions = z.object({
  id: z.string(),
  skipCache: z.boolean().optional(),
  cacheTtl: z.number().min(0).optional(),
  cacheKey: z.string().optional(),
  collectLog: z.boolean().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
const runBody = z.object({
  inputs: z.unknown(),
  options: z.object({ gateway: gatewayOptions.optional() }).optional(),
});

/** Answers workerd's AI binding: `/run`, `/ai-gateway/…`, `/ai-api/models/search`. The id of an AI store is its account. */
export async function handleAiRequest(
  plane: AiPlane,
  storeId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://workers-binding.ai");
  const route = `${request.method} ${url.pathname}`;
  const json = (status: number, body: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  try {
    switch (route) {
      case "POST /run":
      case "POST /ai-gateway/run": {
        const body = parseRun(await readBody(request));
        const model = String(request.headers["cf-consn-model-id"] ?? "");
        response.setHeader("cf-ai-req-id", randomUUID());
        const gateway = body.options?.gateway;
        if (gateway === undefined) return await sendResult(await runAi(plane, model, body.inputs), response);
        if (plane.gateways === undefined) throw noGateway();
        const through = await plane.gateways.run(storeId, gateway, { model, inputs: body.inputs });
        if (through.logId !== undefined) response.setHeader("cf-aig-log-id", through.logId);
        response.setHeader("cf-aig-cache-status", through.cacheStatus);
        return await sendResult(through.result, response);
      }
      case "GET /ai-api/models/search":
        return json(200, {
          success: true,
          errors: [],
          messages: [],
          result: searchModels(plane.ai, url.searchParams),
        });
      default:
        if (
          plane.gateways !== undefined &&
          (await handleGatewayRequest(plane.gateways, storeId, request, response))
        )
          return;
        throw new AiError(404, 7000, `the local AI binding does not answer ${route}`);
    }
  } catch (error) {
    if (!(error instanceof AiError)) throw error;
    json(error.status, {
      internalCode: error.internalCode,
      name:
        // Three thousand and more are Workers AI's own.
        error.internalCode < 3000 ? "AiGatewayError" : "InferenceUpstreamError",
      description: error.message,
      errors: [{ code: error.internalCode, message: error.message }],
    });
  }
}

async function sendResult(result: AiResult, response: ServerResponse): Promise<void> {
  if (result.kind === "json") {
    // Exactly this content type: anything else makes the binding hand out a stream.
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(result.value));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  for await (const event of result.events) {
    if (response.destroyed) return;
    response.write(event);
  }
  response.end();
}

/** The models that match the search, each as Workers AI lists it. */
export function searchModels(ai: AiBackend, parameters: URLSearchParams): readonly object[] {
  const search = parameters.get("search")?.toLowerCase() ?? "";
  const task = parameters.get("task")?.toLowerCase();
  return ai
    .models()
    .filter(
      (model) =>
        model.name.toLowerCase().includes(search) &&
        (task === undefined || model.task.toLowerCase() === task),
    )
    .map((model) => ({
      id: model.name,
      source: 1,
      name: model.name,
      description: model.description,
      task: { id: model.task.toLowerCase().replaceAll(" ", "-"), name: model.task, description: "" },
      tags: [],
      properties: [],
    }));
}

function parseRun(bytes: Buffer): z.infer<typeof runBody> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new AiError(400, 3003, "Request is missing headers or body: the body is not JSON");
  }
  const parsed = runBody.safeParse(value);
  if (!parsed.success)
    throw new AiError(400, 3003, `Request is missing headers or body: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
