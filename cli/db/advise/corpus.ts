import { z } from "zod";
import { readServing } from "../../../src/cloudflare/deployments.ts";
import { workersOf } from "../../../src/declare/graph.ts";
import type { System } from "../../../src/declare/index.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { type WorkerCorpus, writeCorpus } from "../../../src/migrations/code/corpus-file.ts";
import { request } from "../../../src/migrations/database/endpoint.ts";
import { table } from "../../../toolchain/table.ts";
import { type Command, done, type Given } from "../command.ts";
import { declaredDatabases } from "../databases.ts";
import { placeOf, placeOptions } from "../place.ts";
import { endpointOf, type Site, siteOf } from "../site.ts";

const seen = z.array(z.object({ caller: z.string(), sql: z.string() }));

/** `corpus`: what each worker was seen to run, into committed files. Only the embedded D1 records statements. */
export const corpus: Command = {
  name: "corpus",
  usage: "corpus [<stage>]",
  summary: "write what each worker was seen to run into corpus/, for previews to check",
  options: placeOptions,
  async run(given) {
    const place = placeOf(given, 0);
    if (place.target !== "embedded")
      throw new UserError({
        what: "A real account records no statements",
        where: `stage ${place.stage.name}`,
        got: `--target ${place.target}`,
        expected: "the embedded target, where the workers were exercised",
        fix: sentence`exercise the workers there, then: ${command("db corpus", { stage: place.stage.name })}`,
      });
    const site = await siteOf(place, given);
    const all = (
      await Promise.all(given.project.systems.map((system) => corpora(given, site, system)))
    ).flat();
    const rows = all.map(({ system, corpus: one }) => {
      const count = Object.values(one.statements).reduce((sum, statements) => sum + statements.length, 0);
      const written = count > 0 && writeCorpus(given.root, system, one);
      return { worker: `${system}/${one.worker}`, statements: count, written };
    });
    const text = table(
      ["worker", "statements", ""],
      rows.map(({ worker, statements, written }) => [
        worker,
        statements,
        statements === 0 ? "none seen: its file stays as it is" : written ? "written" : "unchanged",
      ]),
    );
    return done(rows, text);
  },
};

/** Each worker's statements, of the versions that serve it now. */
async function corpora(
  given: Given,
  site: Site,
  system: System,
): Promise<{ system: string; corpus: WorkerCorpus }[]> {
  const workers = workersOf(system);
  const serving = await readServing(
    site.connection,
    site.accountId,
    workers.map((worker) => physicalName(worker, site.stage)),
  );
  const statements = new Map(workers.map((worker) => [worker.name, new Map<string, string[]>()]));
  for (const database of declaredDatabases(given.project).filter((each) => each.system === system)) {
    const endpoint = await endpointOf(site, database);
    if (endpoint === undefined) continue;
    const outcome = await request(endpoint, "GET", "/lockstep/statements", undefined);
    if (outcome.kind !== "done")
      throw new Error(`the embedded D1 did not tell its statements: ${outcome.message}`);
    for (const { caller, sql } of seen.parse(outcome.value)) {
      const [, script, version] = caller.split("/");
      const worker = workers.find((each) => physicalName(each, site.stage) === script);
      const live = serving.find((each) => each.worker === script)?.versions.some(({ id }) => id === version);
      if (worker === undefined || live !== true) continue;
      const known = statements.get(worker.name);
      known?.set(database.key, [...(known.get(database.key) ?? []), sql]);
    }
  }
  return [...statements].map(([worker, byDatabase]) => ({
    system: system.name,
    corpus: { worker, statements: Object.fromEntries(byDatabase) },
  }));
}
