import { objectsOf } from "../../../../src/backup/objects/since.ts";
import { placeOfTarget } from "../../../../src/diagnostic/place.ts";
import { command, inPlace, sentence } from "../../../../src/diagnostic/sentence.ts";
import type { Begun } from "../../../stack/switch/journal.ts";
import { switchStores } from "../../../stack/switch/switch.ts";
import type { Switching } from "../../../stack/switch/switching.ts";
import { followingOf } from "../places.ts";
import { type At, say } from "../prepared.ts";
import { betweenLines, bookmarkIn, objectLines, removal } from "../told.ts";
import { isThere } from "./there.ts";

/** Switches what is filled, and says what those before got meanwhile, how to go back, and what becomes of them. @param asked where a database that serves was when it was counted, by its key */
export async function finish(begun: Begun, asked: ReadonlyMap<string, string>, at: At): Promise<number> {
  const { request, run, systems, place } = at;
  const { stage, target } = request;
  const said = placeOfTarget(stage.name, target, place.root);
  const code = await switchStores(begun, {
    stage,
    target,
    run,
    following: followingOf(
      systems,
      begun.stores.map(({ resource }) => resource),
    ),
    say: (text) => say(inPlace(text, said)),
  });
  if (code !== 0) return code;
  say("");
  for (const { resource, to } of begun.stores) process.stdout.write(`${resource}: ${to.name} serves now\n`);
  const there = await Promise.all(begun.stores.map((each) => isThere(each, each.from, at.site)));
  for (const [i, each] of begun.stores.entries())
    for (const line of there[i] === true ? await keptLines(each, asked.get(each.resource), at) : [gone(each)])
      say(line);
  // A switch goes back as a whole.
  if (there.every(Boolean))
    say(
      inPlace(
        sentence`To switch back, which counts both sides again before it asks: ${command("restore", { undo: true })}`,
        said,
      ),
    );
  return 0;
}

const held = "held against the one that serves (written: only in it, deleted: only in the one that serves)";

const gone = ({ resource, from }: Switching): string =>
  `${resource}: ${from.name}, which served before, is there no more: there is no way back to it`;

/** What became of one that served before, and is there. */
async function keptLines(
  { kind, resource, from, to, jurisdiction = "default" }: Switching,
  asked: string | undefined,
  { site }: At,
): Promise<readonly string[]> {
  const kept = `${resource}: ${from.name} is kept. Once nobody needs it: ${removal(kind, from)}`;
  if (kind === "r2") {
    const before = objectsOf(site, { name: to.name, jurisdiction });
    const lines = await objectLines(site, resource, { name: from.name, jurisdiction }, before);
    return [kept, ...lines.map((line) => `  held against the one that serves, ${line}`)];
  }
  if (kind !== "d1") return [kept];
  if (asked !== undefined && (await bookmarkIn(site, resource, from.id)) === asked)
    return [kept, "  nobody has written into it since it was counted: no more is lost than was said"];
  const lines = await betweenLines(site, resource, from.id, to.id);
  return [
    kept,
    asked === undefined ? `  ${held}:` : `  it was written to after it was counted; ${held}:`,
    ...(lines.length === 0 ? ["    nothing"] : lines.map((line) => `    ${line}`)),
  ];
}
