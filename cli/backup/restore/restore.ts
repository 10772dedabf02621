// `lockstep restore <stage>`: a backup into new databases beside those that serve; or those that serve back to a time.
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { named } from "../../../src/diagnostic/sentence.ts";
import { refusingAt, UserError } from "../../../src/diagnostic/user-error.ts";
import { type Place, projectAt } from "../../place.ts";
import { requestOf, usageOf } from "../request.ts";
import { restoreInto } from "./into-new.ts";
import { restoreAndSwitch } from "./switch-over.ts";
import { travelTo } from "./travel.ts";
import { switchBack } from "./undo.ts";

export async function run(args: readonly string[], place: Place): Promise<number> {
  const at = await projectAt(place);
  const request = requestOf("restore", args, at.project);
  const said = placeOfTarget(request.stage.name, request.target, at.root);
  return refusingAt(said, () => {
    const { into, at: time, from, undo } = request;
    if (undo && time === undefined && into === undefined && from === undefined)
      return switchBack(request, at);
    if (!undo && time !== undefined && into === undefined && from === undefined)
      return travelTo(time, request, at);
    if (!undo && time === undefined && into === "new") return restoreInto(request, at);
    if (!undo && time === undefined && into === undefined) return restoreAndSwitch(request, at);
    throw new UserError({
      what: "These words do not go together; nothing was done",
      where: [named("restore")],
      got: [
        ...(from === undefined ? [] : [`--from ${from}`]),
        ...(time === undefined ? [] : [`--at ${time}`]),
        ...(into === undefined ? [] : [`--into ${into}`]),
        ...(undo ? ["--undo"] : []),
      ].join(", "),
      expected:
        "nothing, or --from <backup>: a backup, in the place of what serves; with --into new: beside it; --at <time> alone: what serves, back to a time of the last 30 days; --undo alone: what served before the last restore",
      fix: usageOf("restore"),
    });
  });
}
