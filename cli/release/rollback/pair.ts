import { z } from "zod";
import { call } from "../../../src/cloudflare/api.ts";
import { uses } from "../../../src/declare/graph.ts";
import { sentence } from "../../../src/diagnostic/sentence.ts";
import { type Diagnostic, refuse } from "../../../src/diagnostic/user-error.ts";
import { type Fit, versionFits } from "../../../src/migrations/code/version-fits.ts";
import { jobOf, type Site } from "../../db/site.ts";
import type { Goal } from "./goal.ts";

/** Says what is known of each pair of old code and today's schema, a line each; refuses one that would not work. */
export async function checkPairs(
  goals: readonly Goal[],
  site: Site,
  root: string,
): Promise<readonly string[]> {
  const pairs = goals.flatMap((goal) =>
    uses(goal.worker).flatMap((resource) =>
      resource.kind === "d1" && resource.migrations !== undefined ? [{ goal, database: resource }] : [],
    ),
  );
  const fits = await Promise.all(
    pairs.map(async ({ goal, database }) => {
      const key = `${goal.system.name}/${database.name}`;
      const job = await jobOf(site, { key, system: goal.system, declared: database }, root);
      const worker = { script: goal.script, name: goal.worker.name };
      return { goal, key, fit: await versionFits(job, worker, goal.to, root) };
    }),
  );
  refuse(
    fits.flatMap(({ goal, key, fit }) => fit.broken.map(({ sql, error }) => breaks(goal, key, sql, error))),
  );
  return fits.map(({ goal, key, fit }) => `${goal.label} on ${key}: ${tried[fit.from](fit, goal)}`);
}

const tried: Readonly<Record<Fit["from"], (fit: Fit, goal: Goal) => string>> = {
  version: ({ tried }, { to }) =>
    `all ${tried} statements that version ${to.slice(0, 8)} was seen to run work with today's schema`,
  corpus: ({ tried }) =>
    `${tried === 1 ? "the one statement of corpus/ works" : `all ${tried} statements of corpus/ work`} with today's schema; of the version itself nothing was recorded`,
  nothing: () => "no statement of it is known, so nothing was tried",
};

const breaks = (goal: Goal, database: string, sql: string, error: string): Diagnostic => ({
  what: `Version ${goal.to.slice(0, 8)} of ${goal.label} would break on today's schema`,
  where: database,
  got: `${JSON.stringify(sql.replace(/\s+/g, " ").trim().slice(0, 200))}: ${error}`,
  expected: "every statement that it is known to run to work",
  fix: sentence`roll forward: mend the code and release it. To bring the old data back with the old schema, restore the database to a bookmark of before (wrangler d1 time-travel info ${database.split("/")[1] ?? database}): what was written since then is lost`,
});

const bindings = z.object({
  bindings: z.array(z.looseObject({ name: z.string(), type: z.string() })).nullish(),
});

/** What a person has to know before: secrets belong to versions. */
export async function secretsLines(
  goals: readonly Goal[],
  { connection, accountId }: Site,
): Promise<readonly string[]> {
  const lines = goals.map(async ({ label, script, to }) => {
    const path = `/accounts/${accountId}/workers/workers/${encodeURIComponent(script)}/versions/${to}`;
    const found = bindings.parse(await call(connection, "GET", path)).bindings ?? [];
    const secrets = found.filter(({ type }) => type === "secret_text").map(({ name }) => name);
    return secrets.length === 0
      ? []
      : [
          `${label}: ${secrets.join(", ")} have the values of when version ${to.slice(0, 8)} was uploaded; a secret that was rotated since then is the old one again`,
        ];
  });
  return (await Promise.all(lines)).flat();
}
