import { writtenLines, writtenSince } from "../../../src/backup/d1/written-since.ts";
import { migrationsSince, momentAt, momentNow, travel } from "../../../src/backup/time-travel.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { readSnapshot } from "../../../src/migrations/database/snapshot.ts";
import { agree } from "../../db/agree.ts";
import type { ProjectPlace } from "../../place.ts";
import { environmentFor } from "../../stack/engine/environment.ts";
import { refuseLocked } from "../../stack/lock/lock.ts";
import type { Request } from "../request.ts";
import { type Site, siteOf, sourcesOf, systemsOf } from "../site.ts";

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/**
 * Puts every database of a stage back to one time, where it is, by Time Travel. All of them are asked whether they reach it before the first is
 * touched; typed again with the same time it goes on where it ended.
 */
export async function travelTo(
  text: string,
  request: Request,
  { root, project }: ProjectPlace,
): Promise<number> {
  const { stage, target } = request;
  const at = timeOf(text);
  // Under an up its migrations would be gone that it has just noted down as applied.
  const run = { root, env: await environmentFor(target, stage, root) };
  refuseLocked(stage, run);
  const site: Site = await siteOf(request, target, root);
  const { sources, missing } = await sourcesOf(site, request, systemsOf(request, project, site.config));
  if (sources.length === 0) throw nothing(stage.name);
  const planned = [];
  for (const source of sources)
    planned.push({
      ...source,
      moment: await momentAt(site, source.id, source.key, at),
      now: await momentNow(site, source.id, source.key),
    });
  const moving = planned.filter(({ moment, now }) => moment.bookmark !== now.bookmark);
  for (const { key } of planned.filter((each) => !moving.includes(each)))
    say(`${key}: nobody has written into it since ${at.toISOString()}; it stays as it is`);
  for (const key of missing)
    say(`not ${key}: there is no such database any more, so nothing of it comes back`);
  if (moving.length === 0) return 0;
  say(`Back to ${at.toISOString()}, by Time Travel, where they are. What was written since is gone from:`);
  for (const { key, id, database, moment } of moving) {
    say(`  ${key}  (bookmark ${moment.bookmark})`);
    const written = await writtenSince(site, id, at.getTime());
    for (const line of writtenLines(written, at.toISOString())) say(`  ${line}`);
    const undone = migrationsSince((await readSnapshot(database)).log, at);
    if (undone.length > 0)
      say(
        `    also the migrations ${undone.join(", ")}: code that needs them fails until the next up applies them again`,
      );
  }
  say("Objects, keys, vectors and messages stay as they are.");
  await agree(stage, `Put these databases back to ${at.toISOString()} in`, { text: () => request.yes });
  for (const { key, id, physicalName, moment } of moving) {
    // Somebody may have begun one while the question stood, or while another database was put back.
    refuseLocked(stage, run);
    const undo = await travel(site, id, key, moment);
    process.stdout.write(
      `${key}: back at ${moment.bookmark}; to undo: npx wrangler d1 time-travel restore ${physicalName} --bookmark ${undo}\n`,
    );
  }
  return 0;
}

function timeOf(text: string): Date {
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text)
    ? new Date(text)
    : undefined;
  if (time !== undefined && !Number.isNaN(time.getTime()) && time.getTime() <= Date.now()) return time;
  throw new UserError({
    what: "This is no time to go back to; nothing was changed",
    where: "--at",
    got: text,
    expected: "a time that is past, with its zone: 2026-11-30T12:00:00Z",
    fix: "write it like that",
  });
}

const nothing = (stage: string): UserError =>
  new UserError({
    what: "There is nothing to put back",
    where: `stage ${stage}`,
    got: "no database that is there",
    expected: "a stage with databases that its stack has created",
    fix: "name another stage",
  });
