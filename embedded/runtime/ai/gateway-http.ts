import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { AiError } from "../ai.ts";
import type { AiGateways } from "../ai-gateway.ts";
import { readBody } from "../body.ts";
import { shownLog } from "./gateway-logs.ts";
import { type GatewayAnswer, refused, runUniversal, universalSteps } from "./universal.ts";

/** What can be said of a call afterwards. */
export const logPatch = z.object({
  feedback: z.number().nullable().optional(),
  score: z.number().nullable().optional(),
  metadata: z.record(z.string(), z.unknown()).nullable().optional(),
});

/** Answers `env.AI.gateway(id)`: `run`, `getUrl`, `getLog`, `patchLog`. False where the path is none of theirs. */
export async function handleGatewayRequest(
  gateways: AiGateways,
  account: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { pathname } = new URL(request.url ?? "/", "http://workers-binding.ai");
  const [, top, kind, second, third, ...rest] = pathname.split("/").map(decodeURIComponent);
  if (top !== "ai-gateway") return false;
  if (request.method === "POST" && kind === "universal" && second === "run" && third !== undefined) {
    await universal(gateways, account, third, request, response);
    return true;
  }
  const gateway = second ?? "";
  const [last = ""] = rest;
  if (kind !== "gateways") return false;
  if (!gateways.exists(account, gateway)) {
    sendErrors(response, 404, 7002, "AI Gateway not found");
    return true;
  }
  switch (`${request.method} ${third}`) {
    case "GET url":
      sendResult(response, { url: gateways.url(account, gateway, last) });
      return true;
    case "GET logs": {
      const log = gateways.logs.get(account, gateway, last);
      if (log === undefined) sendErrors(response, 404, 7002, "Log Not Found");
      else sendResult(response, shownLog(log));
      return true;
    }
    case "PATCH logs": {
      const patch = logPatch.safeParse(parsed(await readBody(request)));
      if (!patch.success) sendErrors(response, 400, 7001, z.prettifyError(patch.error));
      else if (gateways.logs.patch(account, gateway, last, given(patch.data))) sendResult(response, {});
      else sendErrors(response, 404, 7002, "Log Not Found");
      return true;
    }
    default:
      return false;
  }
}

async function universal(
  gateways: AiGateways,
  account: string,
  gateway: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const sent = new Map(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  let answer: GatewayAnswer;
  try {
    answer = await runUniversal(
      gateways,
      account,
      gateway,
      universalSteps(parsed(await readBody(request))),
      sent,
    );
  } catch (error) {
    if (!(error instanceof AiError)) throw error;
    answer = refused(error);
  }
  response.writeHead(answer.status, answer.headers);
  if ("json" in answer.body) {
    response.end(JSON.stringify(answer.body.json));
    return;
  }
  for await (const event of answer.body.events) {
    if (response.destroyed) return;
    response.write(event);
  }
  response.end();
}

/** Only what was said: what is undefined stays as it was. */
export const given = (patch: z.infer<typeof logPatch>) => ({
  ...(patch.feedback !== undefined && { feedback: patch.feedback }),
  ...(patch.score !== undefined && { score: patch.score }),
  ...(patch.metadata !== undefined && { metadata: patch.metadata }),
});

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

const sendResult = (response: ServerResponse, result: unknown): void =>
  send(response, 200, { success: true, errors: [], messages: [], result });

const sendErrors = (response: ServerResponse, status: number, code: number, message: string): void =>
  send(response, status, { success: false, errors: [{ code, message }], messages: [], result: null });

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
