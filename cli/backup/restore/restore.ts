// `lockstep restore <stage>`: a backup into new databases beside those that serve; or those that serve back to a time.
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { named } from "../../../src/diagnostic/sentence.ts";
import { refusingAt, UserError } from "../../../src/diagnostic/user-error.ts";
import { type Place, projectAt } from "../../place.ts";
import { requestOf, usageOf } from "../request.ts";
import { restoreInto } from "./into-new.ts";
import { travelTo } from "./travel.ts";

export async function run(args: readonly string[], place: Place): Promise<number> {
  const at = await projectAt(place);
  const request = requestOf("restore", args, at.project);
  const said = placeOfTarget(request.stage.name, request.target, at.root);
  return refusingAt(said, () => {
    const { into, at: time, from } = request;
    if (time !== undefined && into === undefined && from === undefined) return travelTo(time, request, at);
    if (into === "new" && time === undefined) return restoreInto(request, at);
    throw new UserError({
      what: "Where the stage is restored from has to be said; nothing was done",
      where: [named("restore")],
      got: [
        ...(from === undefined ? [] : [`--from ${from}`]),
        ...(time === undefined ? [] : [`--at ${time}`]),
        into === undefined ? "no --into" : `--into ${into}`,
      ].join(", "),
      expected:
        "--into new: a backup, into new databases beside those that serve; or --at <time> alone: those that serve, back to a time of the last 30 days",
      fix: usageOf("restore"),
    });
  });
}
