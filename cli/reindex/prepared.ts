import type { Writable } from "node:stream";
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { inPlace, type Sentence } from "../../src/diagnostic/sentence.ts";
import { type Alone, aloneIn, halfSwitched } from "../backup/restore/prepared.ts";
import type { ProjectPlace } from "../place.ts";
import type { Begun } from "../stack/switch/journal.ts";
import type { Request } from "./request.ts";

/** What a re-indexing works with. */
export interface At extends Alone {
  readonly request: Request;
  readonly root: string;
  /** For whoever sits before it. */
  readonly say: (text: Sentence) => void;
  /** Where the engine's own lines go: not among what a program reads. */
  readonly out: Writable;
}

/** As {@link aloneIn}, with somewhere to speak. */
export const prepared = (
  request: Request,
  place: ProjectPlace,
  work: (at: At) => Promise<number>,
): Promise<number> =>
  aloneIn(request, place, (at) => {
    const { root } = place;
    const said = placeOfTarget(request.stage.name, request.target, root);
    const say = (text: Sentence): void => void process.stderr.write(`${inPlace(text, said)}\n`);
    return work({ ...at, request, root, say, out: request.json ? process.stderr : process.stdout });
  });

/** Refuses a stage in which something else is half switched. @param key of the index that is asked for */
export function refuseOthers(begun: Begun, key: string, stage: string): void {
  if (begun.verb === "reindex" && begun.stores.every(({ resource }) => resource === key)) return;
  throw halfSwitched(begun, stage, `nothing that is half switched, but ${key}`);
}
