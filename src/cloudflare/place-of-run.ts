import { type CommandPlace, callsOf } from "../diagnostic/place.ts";
import { isEmbedded } from "./connection.ts";

/** The place of this run of Pulumi: `stage` on the target that its backend says, in the project that it is run in. */
export const placeOfRun = (
  stage: string | undefined,
  root = process.cwd(),
  env: Readonly<Record<string, string | undefined>> = process.env,
): CommandPlace => ({ stage, real: !isEmbedded(env, root), ...callsOf(root) });
