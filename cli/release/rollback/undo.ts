import { writtenLines, writtenSince } from "../../../src/backup/d1/written-since.ts";
import { readServing } from "../../../src/cloudflare/deployments.ts";
import { named, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Site } from "../../db/site.ts";
import type { Serve } from "./deployments.ts";
import type { RollbackNote } from "./journal.ts";
import { goalsIn } from "./note.ts";

/** Refuses to take a rollback back that something else has come upon: its bookmarks would take that away as well. */
export async function refuseStale(note: RollbackNote, site: Site, { systems, stage }: Serve): Promise<void> {
  const goals = goalsIn(note, systems, stage);
  const serving = await readServing(
    site.connection,
    site.accountId,
    goals.map(({ script }) => script),
  );
  const others = goals.flatMap(({ label, script, from, to }) => {
    const now = (serving.find(({ worker }) => worker === script)?.versions ?? []).filter(
      ({ percentage }) => percentage > 0,
    );
    const known = note.ended ? [to] : [from, to];
    const isKnown = now.length === 1 && known.includes(now[0]?.id ?? "");
    return isKnown
      ? []
      : [`${label} is served by ${now.map(({ id }) => id.slice(0, 8)).join(" and ") || "nothing"}`];
  });
  if (others.length === 0) return;
  throw new UserError({
    what: `What serves ${stage.name} is not what the rollback of ${note.at} brought back: nothing of it is taken back`,
    where: `stage ${stage.name}`,
    got: others.join("; "),
    expected: goals.map(({ label, to }) => `${label} served by ${to.slice(0, 8)}`).join("; "),
    fix: sentence`name the version that is to serve: ${named("rollback", `${stage.name} <version>`)}`,
  });
}

/** What taking it back loses: what was written since the databases were put back, a line each. */
export async function undoLines(note: RollbackNote, site: Site): Promise<readonly string[]> {
  const found = await Promise.all(
    note.databases
      .filter(({ back }) => back !== null)
      .map(async ({ key, id }) => [
        `${key} loses:`,
        ...writtenLines(await writtenSince(site, id, Date.parse(note.at)), note.at),
      ]),
  );
  return found.flat();
}
