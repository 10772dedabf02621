// `lockstep restore <stage>`: a backup into new databases beside those that serve; or those that serve back to a time.
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { named } from "../../../src/diagnostic/sentence.ts";
import { refusingAt, UserError } from "../../../src/diagnostic/user-error.ts";
import { type Place, projectAt } from "../../place.ts";
import { requestOf, usageOf } from "../request.ts";
import { restoreAndSwitch } from "./in-place/switch-over.ts";
import { switchBack } from "./in-place/undo.ts";
import { restoreInto } from "./into-new.ts";
import { restoreClass } from "./one-class.ts";
import { restoreTable } from "./one-table.ts";
import { travelTo } from "./travel.ts";

export async function run(args: readonly string[], place: Place): Promise<number> {
  const at = await projectAt(place);
  const request = requestOf("restore", args, at.project);
  const said = placeOfTarget(request.stage.name, request.target, at.root);
  return refusingAt(said, () => {
    const { into, at: time, from, undo, table, className, replace } = request;
    const words = [into, time, from, table, className].filter((word) => word !== undefined).length;
    if (undo && words === 0 && !replace) return switchBack(request, at);
    if (!undo && time !== undefined && words === 1 && !replace) return travelTo(time, request, at);
    if (!undo && time === undefined) {
      const one = table ?? className;
      if (table !== undefined && className === undefined && into === undefined)
        return restoreTable(table, request, at);
      if (className !== undefined && table === undefined && into === undefined)
        return restoreClass(className, request, at);
      if (one === undefined && !replace && into === "new") return restoreInto(request, at);
      if (one === undefined && !replace && into === undefined) return restoreAndSwitch(request, at);
    }
    throw new UserError({
      what: "These words do not go together; nothing was done",
      where: [named("restore")],
      got: [
        ...(from === undefined ? [] : [`--from ${from}`]),
        ...(time === undefined ? [] : [`--at ${time}`]),
        ...(into === undefined ? [] : [`--into ${into}`]),
        ...(table === undefined ? [] : [`--table ${table}`]),
        ...(className === undefined ? [] : [`--class ${className}`]),
        ...(replace ? ["--replace"] : []),
        ...(undo ? ["--undo"] : []),
      ].join(", "),
      expected:
        "nothing, or --from <backup>: a backup, in the place of what serves; with --into new: beside it; with --table <table>, and --replace: the rows of one table, into what serves; with --class <class>, and --replace: the objects of one Durable Object class; --at <time> alone: what serves, back to a time of the last 30 days; --undo alone: what served before the last restore",
      fix: usageOf("restore"),
    });
  });
}
