import { sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Project } from "../../../src/project/project.ts";
import { refuseBesideBegun } from "../../../src/release/beside.ts";
import type { ProjectPlace } from "../../place.ts";
import { environmentFor } from "../../stack/engine/environment.ts";
import type { Run } from "../../stack/engine/pulumi.ts";
import { refuseLocked } from "../../stack/lock/lock.ts";
import { alone } from "../../stack/switch/alone.ts";
import { type Begun, begunIn, switchFolder } from "../../stack/switch/journal.ts";
import { again } from "../../stack/switch/switch.ts";
import type { Request } from "../request.ts";
import { type Site, siteOf, systemsOf } from "../site.ts";

/** What every command that puts stores into the place of others works with. */
export interface Alone {
  readonly run: Run;
  readonly site: Site;
  /** Those that the stage has. */
  readonly systems: Project["systems"];
  /** Where it is noted down what was begun. */
  readonly folder: string;
  /** A switch that an earlier run began and did not finish. */
  readonly begun: Begun | undefined;
}

/** Refuses what would change a stage that another run changes, and lets one at a time go on. */
export async function aloneIn(
  { stage, target }: Pick<Request, "stage" | "target">,
  { root, project }: Pick<ProjectPlace, "root" | "project">,
  work: (at: Alone) => Promise<number>,
): Promise<number> {
  const run = { root, env: await environmentFor(target, stage, root) };
  refuseLocked(stage, run);
  refuseBesideBegun({ root, target, stage: stage.name, env: run.env });
  const site = await siteOf({ stage }, target, root);
  const folder = switchFolder(root, target, stage.name);
  const systems = systemsOf({ stage }, project, site.config);
  return alone(folder, stage.name, () => work({ run, site, systems, folder, begun: begunIn(folder) }));
}

/** What every way of restoring into the place of what serves works with. */
export interface At extends Omit<Alone, "begun"> {
  readonly request: Request;
  readonly place: ProjectPlace;
}

/** As {@link aloneIn}; refuses what another verb began. */
export const prepared = (
  request: Request,
  place: ProjectPlace,
  work: (at: At) => Promise<number>,
): Promise<number> =>
  aloneIn(request, place, async ({ begun, ...at }) => {
    if (begun !== undefined && begun.verb !== "restore")
      throw halfSwitched(begun, request.stage.name, "nothing that is half switched");
    return work({ request, place, ...at });
  });

/** What another command has begun comes first. */
export const halfSwitched = (begun: Begun, stage: string, expected: string): UserError =>
  new UserError({
    what: "Another command began to put a store into the place of what serves, and did not finish; nothing was done",
    where: `stage ${stage}`,
    got: `${begun.stores.map(({ resource, to }) => `${resource}: ${to.name}`).join(", ")}, begun by ${begun.by} at ${begun.at}`,
    expected,
    fix: sentence`finish that first: ${again(begun)}`,
  });

/** For whoever sits before it. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`);
