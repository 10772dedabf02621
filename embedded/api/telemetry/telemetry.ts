import { z } from "zod";
import type { World } from "../../world.ts";
import { ApiError, ok, type Service } from "../http/service.ts";
import { calculate, calculation, groupBy } from "./calculate.ts";
import { eventsBetween, type Weighed } from "./events.ts";
import { filterCombination, filters, passes } from "./filter.ts";

/** What the API gives at most at once. */
const mostEvents = 2_000;

const body = z.looseObject({
  queryId: z.string(),
  timeframe: z.looseObject({ from: z.number(), to: z.number() }),
  view: z.enum(["events", "calculations", "invocations", "traces", "requests", "agents"]).default("events"),
  limit: z.number().int().min(1).max(mostEvents).default(50),
  offset: z.string().optional(),
  dry: z.boolean().default(false),
  parameters: z
    .looseObject({
      filters,
      filterCombination,
      calculations: z.array(calculation).default([]),
      groupBys: z.array(groupBy).default([]),
      needle: z
        .looseObject({
          value: z.string(),
          isRegex: z.boolean().default(false),
          matchCase: z.boolean().default(false),
        })
        .optional(),
      limit: z.number().int().min(1).optional(),
    })
    .prefault({}),
});
type Query = z.infer<typeof body>;

/** Workers Observability: queries over what the Workers of an account did. */
export const telemetry: Service = {
  name: "telemetry",
  routes: [
    {
      method: "POST",
      path: "/accounts/:account/workers/observability/telemetry/query",
      permission: "Workers Observability:Edit",
      handle: async (request, world) => {
        const query = await request.json(body);
        const { from, to } = query.timeframe;
        if (from >= to) throw new ApiError(400, 7400, "timeframe: 'from' must be earlier than 'to'");
        return ok({ ...runOf(query, request.account.id), ...answer(world, request.account.id, query) });
      },
    },
  ],
};

function answer(world: World, account: string, query: Query): object {
  const { parameters, view, timeframe, limit, offset } = query;
  const whole = {
    kind: "group",
    filterCombination: parameters.filterCombination,
    filters: parameters.filters,
  } as const;
  const found = eventsBetween(world, account, timeframe.from, timeframe.to)
    .filter(({ event }) => parameters.filters.length === 0 || passes(event, whole))
    .filter(({ event }) => parameters.needle === undefined || mentions(event, parameters.needle));
  switch (view) {
    case "calculations":
      return {
        calculations: parameters.calculations.map((each) =>
          calculate(each, found, parameters.groupBys, parameters.limit ?? limit),
        ),
      };
    case "events": {
      const events = behind(found, offset).slice(0, limit);
      return {
        events: { count: found.length, events: events.map(({ event }) => event), fields: [], series: [] },
      };
    }
    case "invocations": {
      const events = behind(found, offset).slice(0, limit);
      return {
        invocations: Object.groupBy(
          events.map(({ event }) => event),
          ({ $metadata }) => String($metadata["requestId"] ?? $metadata.id),
        ),
      };
    }
    case "traces":
    case "requests":
    case "agents":
      throw new ApiError(
        400,
        7000,
        `The embedded Cloudflare records no ${view}: ask for events, invocations or calculations.`,
      );
    default:
      return view satisfies never;
  }
}

/** The next page begins behind the last event of the one before. */
function behind(found: readonly Weighed[], offset: string | undefined): readonly Weighed[] {
  if (offset === undefined) return found;
  return found.slice(found.findIndex(({ event }) => event.$metadata.id === offset) + 1);
}

function mentions(event: object, needle: NonNullable<Query["parameters"]["needle"]>): boolean {
  const text = JSON.stringify(event);
  if (needle.isRegex) return new RegExp(needle.value, needle.matchCase ? "" : "i").test(text);
  return needle.matchCase
    ? text.includes(needle.value)
    : text.toLowerCase().includes(needle.value.toLowerCase());
}

const runOf = ({ queryId, timeframe, dry, parameters }: Query, accountId: string): object => ({
  run: {
    id: queryId,
    accountId,
    dry,
    granularity: 0,
    status: "COMPLETED",
    timeframe,
    userId: "",
    query: {
      id: queryId,
      adhoc: true,
      created: new Date().toISOString(),
      createdBy: "",
      description: null,
      name: queryId,
      parameters,
      updated: new Date().toISOString(),
      updatedBy: "",
    },
  },
  statistics: { elapsed: 0, rows_read: 0, bytes_read: 0 },
});
