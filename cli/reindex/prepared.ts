import type { Writable } from "node:stream";
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { inPlace, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Project } from "../../src/project/project.ts";
import { refuseBesideBegun } from "../../src/release/beside.ts";
import { alone } from "../backup/restore/alone.ts";
import { type Site, siteOf, systemsOf } from "../backup/site.ts";
import type { ProjectPlace } from "../place.ts";
import { environmentFor } from "../stack/engine/environment.ts";
import type { Run } from "../stack/engine/pulumi.ts";
import { refuseLocked } from "../stack/lock.ts";
import { type Begun, begunIn, switchFolder } from "../stack/switch/journal.ts";
import { again } from "../stack/switch/switch.ts";
import type { Request } from "./request.ts";

/** What a re-indexing works with. */
export interface At {
  readonly request: Request;
  readonly root: string;
  readonly run: Run;
  readonly site: Site;
  /** Those that the stage has. */
  readonly systems: Project["systems"];
  /** Where it is noted down what was begun. */
  readonly folder: string;
  /** A switch that an earlier run began and did not finish. */
  readonly begun: Begun | undefined;
  /** For whoever sits before it. */
  readonly say: (text: Sentence) => void;
  /** Where the engine's own lines go: not among what a program reads. */
  readonly out: Writable;
}

/** Refuses what would change a stage that another run changes, and lets one at a time go on. */
export async function prepared(
  request: Request,
  { root, project }: ProjectPlace,
  work: (at: At) => Promise<number>,
): Promise<number> {
  const { stage, target } = request;
  const run = { root, env: await environmentFor(target, stage, root) };
  refuseLocked(stage, run);
  refuseBesideBegun({ root, target, stage: stage.name, env: run.env });
  const site = await siteOf(request, target, root);
  const folder = switchFolder(root, target, stage.name);
  const systems = systemsOf(request, project, site.config);
  const said = placeOfTarget(stage.name, target, root);
  const say = (text: Sentence): void => void process.stderr.write(`${inPlace(text, said)}\n`);
  const out = request.json ? process.stderr : process.stdout;
  return alone(folder, stage.name, () =>
    work({ request, root, run, site, folder, systems, say, out, begun: begunIn(folder) }),
  );
}

/** Refuses a stage in which something else is half switched. @param key of the index that is asked for */
export function refuseOthers(begun: Begun, key: string, stage: string): void {
  if (begun.verb === "reindex" && begun.stores.every(({ resource }) => resource === key)) return;
  throw new UserError({
    what: "Another command began to put a store into the place of what serves, and did not finish; nothing was done",
    where: `stage ${stage}`,
    got: `${begun.stores.map(({ resource, to }) => `${resource}: ${to.name}`).join(", ")}, begun by ${begun.by} at ${begun.at}`,
    expected: `nothing that is half switched, but ${key}`,
    fix: sentence`finish that first: ${again(begun)}`,
  });
}
