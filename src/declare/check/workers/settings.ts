import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import { calls } from "../../graph.ts";
import type { Worker } from "../../workers/worker.ts";

/** Settings of a worker that Cloudflare would refuse, or that would never come to an end. */
export const checkSettings = (where: string, worker: Worker): Diagnostic[] => [
  ...rates(where, worker),
  ...placement(where, worker),
  ...tails(where, worker),
];

function rates(where: string, { observability = {} }: Worker): Diagnostic[] {
  const { headSamplingRate, logs, traces } = observability;
  const given = {
    headSamplingRate,
    "logs.headSamplingRate": logs?.headSamplingRate,
    "traces.headSamplingRate": traces?.headSamplingRate,
  };
  return Object.entries(given).flatMap(([property, rate]) =>
    rate === undefined || (rate >= 0 && rate <= 1)
      ? []
      : [
          {
            what: "A part of the invocations that there cannot be",
            where: `${where}, observability.${property}`,
            got: String(rate),
            expected: "a number of 0 to 1",
            fix: "0.1 is every tenth invocation, 1 is each",
          },
        ],
  );
}

const targets = {
  region: { pattern: /^[a-z0-9]+:[a-z0-9-]+$/, says: 'a cloud and its region, such as "aws:eu-central-1"' },
  hostname: { pattern: /^([a-z0-9-]+\.)+[a-z0-9-]+$/i, says: 'a host, such as "api.example.com"' },
  host: { pattern: /^[a-z0-9.-]+:\d{1,5}$/i, says: 'a host and its port, such as "db.example.com:5432"' },
} as const;

function placement(where: string, { placement: declared }: Worker): Diagnostic[] {
  if (declared === undefined || declared === "smart") return [];
  return Object.entries(targets).flatMap(([name, { pattern, says }]) => {
    const value = Object.entries(declared).find(([property]) => property === name)?.[1];
    if (value === undefined || pattern.test(value)) return [];
    return [
      {
        what: "A place to run that Cloudflare does not know",
        where: `${where}, placement.${name}`,
        got: JSON.stringify(value),
        expected: says,
        fix: 'correct it, or write placement: "smart"',
      },
    ];
  });
}

/** A tail worker whose own work makes events for itself is invoked for ever. */
const tails = (where: string, worker: Worker): Diagnostic[] =>
  (worker.tailConsumers ?? [])
    .filter((tail) => reaches(tail, worker))
    .map((tail) => ({
      what:
        tail === worker
          ? `Worker ${worker.name} would get the events of its own tail handler, without an end`
          : `Worker ${tail.name} gets the events of ${worker.name} and causes some, without an end`,
      where: `${where}, tailConsumers`,
      got: tail.name,
      expected: `a worker that neither calls ${worker.name} nor sends it its own events`,
      fix: "give the tail handler a worker of its own",
    }));

function reaches(from: Worker, to: Worker, seen: readonly Worker[] = []): boolean {
  if (from === to) return true;
  if (seen.includes(from)) return false;
  const next = [...calls(from).map((call) => call.to), ...(from.tailConsumers ?? [])];
  return next.some((each) => reaches(each, to, [...seen, from]));
}
