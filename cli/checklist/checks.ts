import type { FactsOfStage } from "./facts.ts";
import type { CheckName } from "./items.ts";

/** What a check found: `unknown` is what could not be looked at, and ticks nothing. */
export interface Verdict {
  readonly state: "done" | "failed" | "unknown";
  /** The figures, or what is wrong, in a line. */
  readonly said: string;
}

type Check = (facts: FactsOfStage) => Promise<Verdict>;

const done = (said: string): Verdict => ({ state: "done", said });
const failed = (said: string): Verdict => ({ state: "failed", said });
const unknown = (said: string): Verdict => ({ state: "unknown", said });
const notUp = unknown("nothing of the stage is up");

/** Of requests, and of milliseconds: the figures of a rollout that goes on. */
const mostErrors = 0.01;
const mostMs = 2_000;
const mostBytes = 8e9;
const hourSeconds = 3_600;
const dayMs = 86_400_000;
/** As long as D1 can be taken back. */
const bookmarkMs = 30 * dayMs;

export const checks: Readonly<Record<CheckName, Check>> = {
  validates: async ({ errors }) => listed(await errors(), "nothing is wrong"),
  policies: async ({ refused }) => listed(await refused(), "nothing is refused"),
  stageBefore: async ({ before }) => {
    const found = await before();
    if (found === undefined) return done("it is the first stage");
    if (!found.isUp) return failed(`nothing of ${found.name} is up`);
    const wrong = found.answers.filter(({ ok }) => !ok);
    return wrong.length === 0
      ? done(`${found.name} is up, ${found.answers.length} workers answer`)
      : failed(`${found.name}: ${wrong.map(({ url, said }) => `${url} ${said}`).join(", ")}`);
  },
  noDrift: async ({ up }) => {
    const found = await up();
    if (found === undefined) return notUp;
    return listed(
      found.findings.map(({ resource, what }) => `${resource}: ${what}`),
      "it is as the stack left it",
    );
  },
  proven: async ({ backup }) => {
    const { isProven, said } = await backup();
    return isProven ? done(said) : failed(said);
  },
  errorsOfHour: async ({ up }) => {
    const found = await up();
    return found === undefined ? notUp : rates(found.status.workers, "the last hour");
  },
  errorsOfDay: async ({ up, day, now }) => {
    const found = await up();
    if (found === undefined) return notUp;
    const young = found.status.workers.filter(
      ({ since }) => since === undefined || now.getTime() - Date.parse(since) < dayMs,
    );
    const rate = rates(await day(), "the last day");
    if (rate.state !== "done" || young.length === 0) return rate;
    return failed(`deployed less than a day ago: ${young.map(({ name }) => name).join(", ")}; ${rate.said}`);
  },
  smoke: async ({ smoke }) => {
    const answers = await smoke();
    if (answers.length === 0) return unknown("no worker has both an address and a smoke path");
    const wrong = answers.filter(({ ok }) => !ok);
    return wrong.length === 0
      ? done(`${answers.length} of ${answers.length} answer`)
      : failed(wrong.map(({ url, said }) => `${url} ${said}`).join(", "));
  },
  figures: async ({ up }) => {
    const found = await up();
    if (found === undefined) return notUp;
    const blind = found.status.workers.filter(({ unknown: why }) => why !== undefined);
    return blind.length === 0
      ? done(`of ${found.status.workers.length} workers`)
      : failed(blind.map(({ name, unknown: why }) => `${name}: ${why ?? ""}`).join(", "));
  },
  latency: async ({ up, day }) => {
    if ((await up()) === undefined) return notUp;
    const known = (await day()).flatMap(({ name, facts: { p95Ms } }) =>
      typeof p95Ms === "number" ? [{ name, p95Ms }] : [],
    );
    if (known.length === 0) return unknown("no requests in the last day");
    const slow = known.filter(({ p95Ms }) => p95Ms >= mostMs);
    return (slow.length === 0 ? done : failed)(
      (slow.length === 0 ? known : slow).map(({ name, p95Ms }) => `${name} ${p95Ms} ms`).join(", "),
    );
  },
  data: async ({ up }) => {
    const found = await up();
    if (found === undefined) return notUp;
    const schemas = found.findings.filter(({ aspect }) => aspect === "schema");
    return listed(
      [
        ...schemas.map(({ resource, what }) => `${resource}: ${what}`),
        ...found.status.migrations.flatMap(({ name, pending, refused, unknown: why }) => [
          ...(why === undefined ? [] : [`${name}: ${why}`]),
          ...(pending.length === 0 ? [] : [`${name}: ${pending.join(", ")} not carried out`]),
          ...refused.map((what) => `${name}: ${what}`),
        ]),
      ],
      `${found.status.migrations.length} databases with migrations`,
    );
  },
  wayBack: async ({ up, deployments }) => {
    if ((await up()) === undefined) return notUp;
    const first = (await deployments()).filter(({ count }) => count < 2);
    return listed(
      first.map(({ name }) => `${name} was deployed once`),
      "each was deployed more than once",
    );
  },
  bookmarks: async ({ up, now }) => {
    const found = await up();
    if (found === undefined) return notUp;
    const databases = Object.entries(found.outputs.databases);
    const without = databases.filter(([, { bookmarkBefore }]) => bookmarkBefore === "");
    if (without.length > 0) return failed(`none of ${without.map(([name]) => name).join(", ")}`);
    const since = new Date(now.getTime() - bookmarkMs).toISOString().slice(0, 10);
    return done(`of ${databases.length} databases; D1 goes back to ${since} at most`);
  },
  databaseSize: async ({ up }) => {
    const sizes = storesOf(await up(), "d1");
    if (sizes === undefined) return notUp;
    return listed(
      sizes.flatMap(({ name, facts: { bytes }, unknown: why }) =>
        typeof bytes === "number"
          ? bytes < mostBytes
            ? []
            : [`${name}: ${bytes} B`]
          : [`${name}: ${why ?? "not told"}`],
      ),
      sizes.map(({ name, facts }) => `${name} ${String(facts["bytes"])} B`).join(", ") || "no database",
    );
  },
  vectors: async ({ up }) => {
    const indexes = storesOf(await up(), "vectorize");
    if (indexes === undefined) return notUp;
    return listed(
      indexes.flatMap(({ name, unknown: why }) => (why === undefined ? [] : [`${name}: ${why}`])),
      indexes
        .map(
          ({ name, facts }) =>
            `${name} ${String(facts["count"])} vectors, up to ${String(facts["processedUpTo"] ?? "now")}`,
        )
        .join(", ") || "no index",
    );
  },
  buckets: async ({ up }) => {
    const buckets = storesOf(await up(), "r2");
    if (buckets === undefined) return notUp;
    return listed(
      buckets.flatMap(({ name, unknown: why }) => (why === undefined ? [] : [`${name}: ${why}`])),
      buckets.map(({ name, facts }) => `${name} ${String(facts["bytes"] ?? "?")} B`).join(", ") ||
        "no bucket",
    );
  },
  queues: async ({ up }) => {
    const queues = storesOf(await up(), "queue");
    if (queues === undefined) return notUp;
    return listed(
      queues.flatMap(({ name, facts: { oldestAgeSeconds: age }, unknown: why }) => [
        ...(why === undefined ? [] : [`${name}: ${why}`]),
        ...(typeof age === "number" && age >= hourSeconds ? [`${name}: the oldest waits for ${age} s`] : []),
      ]),
      queues.map(({ name, facts }) => `${name} ${String(facts["count"])} messages`).join(", ") || "no queue",
    );
  },
};

const listed = (wrong: readonly string[], well: string): Verdict =>
  wrong.length === 0 ? done(well) : failed(wrong.join("; "));

const storesOf = (up: Awaited<ReturnType<FactsOfStage["up"]>>, kind: string) =>
  up?.status.stores.filter((store) => store.kind === kind);

/** Failures of requests, all workers together; a worker of which nothing is told makes it unknown. */
function rates(
  workers: readonly {
    readonly name: string;
    readonly facts: Readonly<Record<string, string | number | boolean | null>>;
    readonly unknown?: string;
  }[],
  time: string,
): Verdict {
  const blind = workers.find(({ unknown: why }) => why !== undefined);
  if (blind !== undefined) return unknown(`${blind.name}: ${blind.unknown ?? ""}`);
  const of = (name: "requests" | "errors"): number =>
    workers.reduce((sum, { facts }) => sum + Number(facts[name] ?? 0), 0);
  const [requests, errors] = [of("requests"), of("errors")];
  if (requests === 0) return unknown(`no requests in ${time}`);
  const worst = workers.filter(
    ({ facts }) => Number(facts["errors"] ?? 0) >= mostErrors * Math.max(1, Number(facts["requests"] ?? 0)),
  );
  const said = `${errors} of ${requests} failed in ${time}`;
  return worst.length === 0
    ? done(said)
    : failed(`${said}; most of ${worst.map(({ name }) => name).join(", ")}`);
}
