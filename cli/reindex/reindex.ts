// `lockstep reindex <stage> <index>`: an index of another model or shape beside the one that serves, filled from rows, compared, and put into its place.

import { ApiError } from "../../src/cloudflare/api.ts";
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { refusingAt, UserError } from "../../src/diagnostic/user-error.ts";
import { widerToken } from "../../src/diagnostic/wider-token.ts";
import { type Place, projectAt } from "../place.ts";
import { forward } from "./forward.ts";
import { prepared } from "./prepared.ts";
import { refuseSeveral, requestOf } from "./request.ts";
import { undo } from "./undo.ts";

export async function run(args: readonly string[], place: Place): Promise<number> {
  const at = await projectAt(place);
  const request = requestOf(args, at.project);
  const said = placeOfTarget(request.stage.name, request.target, at.root);
  return refusingAt(said, () => {
    refuseSeveral(request);
    return namingRefusals(request.stage.name, () => prepared(request, at, request.undo ? undo : forward));
  });
}

/** What the API refuses is no bug of ours. */
async function namingRefusals(stage: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new UserError(
      {
        what: "Cloudflare refused a request; what was made until here stays, and is gone on with",
        where: `stage ${stage}`,
        got: error.message,
        expected: "an answer of the API",
        fix: [401, 403].includes(error.status)
          ? widerToken("to read and write Vectorize")
          : "mend what it names, then do this again",
      },
      { cause: error },
    );
  }
}
