import { z } from "zod";
import { ApiError } from "../http/service.ts";
import type { Weighed } from "./events.ts";
import { type Value, valueAt } from "./filter.ts";

export const calculation = z.looseObject({
  operator: z.string(),
  key: z.string().optional(),
  keyType: z.enum(["string", "number", "boolean"]).optional(),
  alias: z.string().optional(),
});
export type Calculation = z.infer<typeof calculation>;
export const groupBy = z.looseObject({ type: z.enum(["string", "number", "boolean"]), value: z.string() });
type GroupBy = z.infer<typeof groupBy>;

interface Sample {
  readonly value: number;
  readonly weight: number;
}

const total = (samples: readonly { readonly weight: number }[]): number =>
  samples.reduce((sum, { weight }) => sum + weight, 0);

/** One result of a calculation: an event without one of the keys that are grouped by counts in none. */
export function calculate(
  of: Calculation,
  events: readonly Weighed[],
  groupBys: readonly GroupBy[],
  limit: number,
): object {
  const groups = new Map<string, { readonly values: readonly Value[]; readonly events: Weighed[] }>();
  for (const weighed of events) {
    const values = groupBys.map(({ value }) => valueAt(weighed.event, value));
    if (!values.every((value) => value !== undefined)) continue;
    const key = JSON.stringify(values);
    const group = groups.get(key) ?? { values, events: [] };
    group.events.push(weighed);
    groups.set(key, group);
  }
  const aggregates = [...groups.values()].map((group) => {
    const count = total(group.events);
    const sampleInterval = group.events.length === 0 ? 1 : count / group.events.length;
    return {
      groups: groupBys.map(({ value: key }, at) => ({ key, value: group.values[at] })),
      value: aggregate(of, group.events),
      count,
      interval: sampleInterval,
      sampleInterval,
    };
  });
  return {
    calculation: of.operator,
    ...(of.alias !== undefined && { alias: of.alias }),
    aggregates: aggregates.sort((a, b) => b.value - a.value).slice(0, limit),
    series: [],
  };
}

function aggregate({ operator, key }: Calculation, events: readonly Weighed[]): number {
  const name = operator.toLowerCase();
  if (name === "count") return total(events);
  if (key === undefined) throw new ApiError(400, 7400, `The calculation ${operator} needs a key.`);
  const found = events.flatMap(({ event, weight }) => {
    const value = valueAt(event, key);
    return value === undefined ? [] : [{ value, weight }];
  });
  if (name === "uniq" || name === "count_distinct") return new Set(found.map(({ value }) => value)).size;
  const samples = found.flatMap(({ value, weight }): Sample[] =>
    typeof value === "number" ? [{ value, weight }] : [],
  );
  return ofNumbers(name, samples, operator);
}

const percentiles: Readonly<Record<string, number>> = {
  ...{ p001: 0.001, p01: 0.01, p05: 0.05, p10: 0.1, p25: 0.25, median: 0.5 },
  ...{ p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 },
};

function ofNumbers(name: string, samples: readonly Sample[], operator: string): number {
  if (samples.length === 0) return 0;
  const weight = total(samples);
  const sum = samples.reduce((all, each) => all + each.value * each.weight, 0);
  const mean = sum / weight;
  const quantile = Object.hasOwn(percentiles, name) ? percentiles[name] : undefined;
  if (quantile !== undefined) return weighedQuantile(samples, quantile * weight);
  const variance = (): number =>
    samples.reduce((all, each) => all + each.weight * (each.value - mean) ** 2, 0) / weight;
  switch (name) {
    case "sum":
      return sum;
    case "avg":
      return mean;
    case "min":
      return samples.reduce((least, { value }) => Math.min(least, value), Number.POSITIVE_INFINITY);
    case "max":
      return samples.reduce((most, { value }) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    case "variance":
      return variance();
    case "stddev":
      return Math.sqrt(variance());
    default:
      throw new ApiError(400, 7400, `There is no calculation ${operator}.`);
  }
}

/** The nearest rank, where a sample counts as often as it stands for events. */
function weighedQuantile(samples: readonly Sample[], rank: number): number {
  const sorted = samples.toSorted((a, b) => a.value - b.value);
  let reached = 0;
  for (const { value, weight } of sorted) {
    reached += weight;
    if (reached >= rank) return value;
  }
  return sorted.at(-1)?.value ?? 0;
}
