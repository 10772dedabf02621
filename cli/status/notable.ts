import type { Finding } from "../../src/reality/finding.ts";
import type { MigrationsStatus } from "./migrations.ts";
import type { StoreStatus } from "./stores.ts";
import type { WorkerStatus } from "./workers.ts";

/** Of requests, above which a worker is worth a look. */
const errorRate = 0.01;
/** A message that waits longer than this is not taken. */
const longWaitSeconds = 3600;

/** What of a stage somebody should look at, a sentence each. */
export function notable(
  workers: readonly WorkerStatus[],
  stores: readonly StoreStatus[],
  drift: readonly Finding[],
  migrations: readonly MigrationsStatus[] = [],
): readonly string[] {
  return [
    ...workers.flatMap(({ name, serves, facts: { requests, errors }, unknown }) => [
      ...(serves.length === 0 ? [`${name}: nothing is deployed`] : []),
      ...(serves.length > 1
        ? [
            `${name}: ${serves.map(({ version, percent }) => `${percent} % by ${version.slice(0, 8)}`).join(", ")}`,
          ]
        : []),
      ...(typeof requests === "number" &&
      typeof errors === "number" &&
      requests > 0 &&
      errors / requests >= errorRate
        ? [`${name}: ${errors} of ${requests} requests failed in the last hour`]
        : []),
      ...(unknown === undefined ? [] : [`${name}: no figures: ${unknown}`]),
    ]),
    ...stores.flatMap(({ name, kind, facts, unknown }) => [
      ...(unknown === undefined ? [] : [`${name}: no figures: ${unknown}`]),
      ...(kind === "queue" && facts["consumers"] === 0 ? [`${name}: nothing takes its messages`] : []),
      ...(typeof facts["oldestAgeSeconds"] === "number" && facts["oldestAgeSeconds"] >= longWaitSeconds
        ? [`${name}: its oldest message waits for ${Math.floor(facts["oldestAgeSeconds"] / 3600)} h`]
        : []),
    ]),
    ...migrations.flatMap(({ name, pending, waiting, refused, unknown }) => [
      ...(unknown === undefined ? [] : [`${name}: its migrations cannot be told: ${unknown}`]),
      ...(pending.length === 0 ? [] : [`${name}: the next up carries out ${pending.join(", ")}`]),
      ...(waiting.length === 0 ? [] : [`${name}: contract files wait to be opened: ${waiting.join(", ")}`]),
      ...refused.map((what) => `${name}: ${what}`),
    ]),
    ...drift.map(({ resource, what }) => `${resource}: ${what}`),
  ];
}
