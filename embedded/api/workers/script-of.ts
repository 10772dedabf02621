import type { World } from "../../world.ts";
import type { ApiRequest } from "../http/service.ts";
import type { Worker } from "./model.ts";
import { script } from "./registry.ts";

/** The script that a request's path names; the API's own refusal where there is none. */
export const scriptOf = (request: ApiRequest, world: World): Worker =>
  script(world.state, request.account.id, request.params["script"] ?? "");
