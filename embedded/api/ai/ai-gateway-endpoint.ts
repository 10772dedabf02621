import { z } from "zod";
import { type GatewayAnswer, refused, runUniversal, universalSteps } from "../../runtime/ai/universal.ts";
import { AiError } from "../../runtime/ai.ts";
import type { World } from "../../world.ts";
import type { ApiRequest, Reply, Service } from "../http/service.ts";

/** A request of one provider, as if it were the only attempt of a universal one. */
const workersAi = (request: ApiRequest, query: unknown): unknown => [
  { provider: "workers-ai", endpoint: request.params["model"] ?? "", headers: {}, query },
];

const chat = z.looseObject({ model: z.string(), stream: z.boolean().optional() });
const chatAnswer = z.object({
  result: z.object({ response: z.string(), usage: z.record(z.string(), z.unknown()).optional() }),
});

/** OpenAI's words for a chat, with the provider before the model: `workers-ai/@cf/meta/llama-3.1-8b-instruct`. */
function chatSteps(body: unknown): unknown {
  const parsed = chat.safeParse(body);
  if (!parsed.success)
    throw new AiError(400, 2002, `the request is malformed: ${z.prettifyError(parsed.error)}`);
  const { model, ...query } = parsed.data;
  if (query.stream === true)
    throw new AiError(400, 2002, "the embedded Cloudflare does not stream OpenAI's chat: ask without stream");
  const slash = model.indexOf("/");
  return [{ provider: model.slice(0, slash), endpoint: model.slice(slash + 1), headers: {}, query }];
}

/** An answer of Workers AI in OpenAI's words. */
function completion(model: string, json: unknown): unknown {
  const { result } = chatAnswer.parse(json);
  return {
    id: `chatcmpl-${crypto.randomUUID()}`,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model,
    choices: [{ index: 0, message: { role: "assistant", content: result.response }, finish_reason: "stop" }],
    ...(result.usage === undefined ? {} : { usage: result.usage }),
  };
}

async function answer(
  request: ApiRequest,
  { gateways }: World,
  attemptsOf: (body: unknown) => unknown,
): Promise<GatewayAnswer> {
  try {
    const attempts = universalSteps(attemptsOf(await bodyOf(request)));
    const sent = new Map(request.headers);
    return await runUniversal(gateways, request.account.id, request.params["gateway"] ?? "", attempts, sent);
  } catch (error) {
    if (!(error instanceof AiError)) throw error;
    return refused(error);
  }
}

async function bodyOf(request: ApiRequest): Promise<unknown> {
  try {
    return JSON.parse(Buffer.from(await request.bytes()).toString("utf8"));
  } catch {
    throw new AiError(400, 2002, "the request is malformed: the body is not JSON");
  }
}

async function reply({ status, headers, body }: GatewayAnswer): Promise<Reply> {
  if ("json" in body) return { kind: "raw", status, headers, body: JSON.stringify(body.json) };
  const events: string[] = [];
  for await (const event of body.events) events.push(event);
  return { kind: "raw", status, headers, body: events.join("") };
}

const permission = "Workers AI:Read" as const;

/** What answers at `gateway.ai.cloudflare.com`, here beside the API: the models of Workers AI, no other provider's. */
export const aiGatewayEndpoint: Service = {
  name: "aiGatewayEndpoint",
  routes: [
    {
      method: "POST",
      path: "/v1/:account/:gateway",
      permission,
      handle: async (request, world) => reply(await answer(request, world, (body) => body)),
    },
    {
      method: "POST",
      path: "/v1/:account/:gateway/workers-ai/:model+",
      permission,
      handle: async (request, world) =>
        reply(await answer(request, world, (body) => workersAi(request, body))),
    },
    {
      method: "POST",
      path: "/v1/:account/:gateway/compat/chat/completions",
      permission,
      handle: async (request, world) => {
        let model = "";
        const answered = await answer(request, world, (body) => {
          const steps = chatSteps(body);
          model = chat.parse(body).model;
          return steps;
        });
        return reply(
          answered.status === 200 && "json" in answered.body
            ? { ...answered, body: { json: completion(model, answered.body.json) } }
            : answered,
        );
      },
    },
  ],
};
