import type { AiBackend } from "../ai.ts";
import { endpointAi } from "./endpoint.ts";
import { hashAi } from "./hash.ts";

/** The backend that `--ai` names: `hash`, or `endpoint:` with the address of a server on this machine. Throws a UserError for anything else. */
export const chosenAi = (choice: string): AiBackend =>
  choice === "hash" ? hashAi() : endpointAi(choice.replace(/^endpoint:/, ""));
