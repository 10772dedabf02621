import { argument, type D1, type MetricGate, metric, secret, sqlSource, urlSource } from "lockstep";

/** The part of the comparisons in which the backends differ. A template is a function: it takes what differs from use to use. */
export const mismatches = (database: D1, limit: number): MetricGate =>
  metric({
    name: "mismatches",
    source: sqlSource({
      database,
      sql: `SELECT (SELECT count(*) FROM mismatches WHERE at BETWEEN ?1 AND ?2) AS differ,
                   (SELECT count(*) FROM comparisons WHERE at BETWEEN ?1 AND ?2) AS compared`,
      params: [argument.from, argument.to],
      reads: { part: "differ", whole: "compared" },
    }),
    limit,
    alarm: limit * 5,
  });

/** How many tickets the help desk got in the time that is measured. Measured and shown, without a say as yet. */
export const tickets: MetricGate = metric({
  name: "tickets",
  source: urlSource({
    url: "https://desk.example.com/api/tickets/count",
    query: { since: argument.from, until: argument.to },
    headers: { authorization: secret("DESK_AUTHORIZATION") },
    reads: { value: "/data/count" },
  }),
  limit: 3,
  dryRun: true,
});
