// `lockstep promote <from> <to>`: releases to a stage what the stage before it serves, and nothing else.
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { refuse, refusingAt } from "../../../src/diagnostic/user-error.ts";
import { frozenAt } from "../../../src/release/freeze/freeze.ts";
import { refuseFrozen } from "../../../src/release/freeze/frozen.ts";
import { freezesOf } from "../../../src/release/hooks/conduct.ts";
import { agentHere, leaveToPerson } from "../../../src/settings/agent.ts";
import { type Place, projectAt } from "../../place.ts";
import { confirm, terminal } from "../../stack/confirm.ts";
import { environmentFor } from "../../stack/engine/environment.ts";
import { setConfig } from "../../stack/stage-config.ts";
import { askBrings } from "../beginning/ask-brings.ts";
import { run as release } from "../release.ts";
import { listedSystems } from "../systems.ts";
import { differences, folderBuilds } from "./folder.ts";
import { requestOf } from "./request.ts";
import { refuseShared, servedBy } from "./served.ts";
import { unripe } from "./unripe.ts";

/** Exit codes are those of a release. */
export async function run(args: readonly string[], place: Place): Promise<number> {
  const { root, project } = await projectAt(place);
  const { from, to, target, yes, json, reason } = requestOf(args, project);
  return refusingAt(placeOfTarget(to.name, target, root), async () => {
    if (to.asksBeforeChange) leaveToPerson(`A promotion to ${to.name}`, to, await agentHere());
    const ofFrom = { root, env: await environmentFor(target, from, root) };
    const ofTo = { root, env: await environmentFor(target, to, root) };
    const systems = await listedSystems(to, ofTo, project.systems);
    if (reason === undefined) refuseFrozen(systems, to, "a promotion", Date.now());
    const { record, parts, versions } = await servedBy(from, target, ofFrom);
    refuse([
      ...differences(await folderBuilds(systems, root), { record, parts, from, to }),
      ...unripe(record, systems, { from, to, isReal: target === "cloudflare", nowMs: Date.now() }),
    ]);
    await refuseShared(systems, versions, from, ofFrom);
    for (const { name } of systems)
      if (!json)
        process.stdout.write(
          `${name}: ${record.systems[name]?.digest}, served by ${from.name} since ${record.systems[name]?.servedAt}\n`,
        );
    const brings = await askBrings(to, systems, ofTo);
    (json ? process.stderr : process.stdout).write(`${brings.text}\n`);
    await confirm(to, `Promote what ${from.name} serves to`, yes, terminal);
    await setConfig(to, { "lockstep:promoted": record }, ofTo);
    // The release begins in a freeze only for a reason, which its journal keeps.
    const isFrozen = frozenAt(freezesOf(systems, to.name), Date.now()) !== undefined;
    const through = reason !== undefined && isFrozen ? ["--promote", "--reason", reason] : [];
    const options = [...through, "--yes", to.name, "--target", target, ...(json ? ["--json"] : [])];
    return release([to.name, ...options], place, brings);
  });
}
