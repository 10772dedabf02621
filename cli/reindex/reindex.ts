// `lockstep reindex <stage> <index>`: an index of another model or shape beside the one that serves, filled from rows, compared, and put into its place.

import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { refusingAt } from "../../src/diagnostic/user-error.ts";
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
    return prepared(request, at, request.undo ? undo : forward);
  });
}
