import { searchModels } from "../../runtime/ai/http.ts";
import { runAi } from "../../runtime/ai/run.ts";
import { modelSchema } from "../../runtime/ai/schemas.ts";
import { AiError } from "../../runtime/ai.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, ok, paged, type Reply, type Service } from "../http/service.ts";

async function run(request: ApiRequest, world: World): Promise<Reply> {
  let inputs: unknown;
  try {
    inputs = JSON.parse(Buffer.from(await request.bytes()).toString("utf8"));
  } catch (error) {
    throw new ApiError(
      400,
      3003,
      `Request is missing headers or body: the body is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  try {
    const result = await runAi(world, request.params["model"] ?? "", inputs);
    if (result.kind === "json") return ok(result.value);
    const events: string[] = [];
    for await (const event of result.events) events.push(event);
    return {
      kind: "raw",
      status: 200,
      headers: { "content-type": "text/event-stream" },
      body: events.join(""),
    };
  } catch (error) {
    throw error instanceof AiError
      ? new ApiError(error.status, error.internalCode, `AiError: ${error.message}`)
      : error;
  }
}

/** What a model takes and answers with, as JSON Schema. */
function schema(request: ApiRequest, world: World): Reply {
  const name = request.url.searchParams.get("model") ?? "";
  const model = world.ai.models().find((each) => each.name === name);
  const found = model === undefined ? undefined : modelSchema(model.task);
  if (found === undefined) throw new ApiError(400, 5007, `No such model ${name} or task`);
  return ok(found);
}

/** Workers AI over HTTP: the same backend that the binding has. */
export const ai: Service = {
  name: "ai",
  routes: [
    // A model's name has slashes of its own: `@cf/baai/bge-base-en-v1.5`.
    { method: "POST", path: "/accounts/:account/ai/run/:model+", permission: "Workers AI:Read", handle: run },
    {
      method: "GET",
      path: "/accounts/:account/ai/models/search",
      permission: "Workers AI:Read",
      handle: (request, world) => paged(request, searchModels(world.ai, request.url.searchParams), 100),
    },
    {
      method: "GET",
      path: "/accounts/:account/ai/models/schema",
      permission: "Workers AI:Read",
      handle: schema,
    },
  ],
};
