import type { Consume } from "../stores/queue.ts";
import { cronStages } from "../workers/crons.ts";
import { limitsOf, stageNamesOf } from "./bindings.ts";
import type { ResourceKind, ResourceOf } from "./kinds.ts";
import { type Limit, limit } from "./limit.ts";

/** What a service at Cloudflare accepts as a name. */
export interface NameRule {
  readonly pattern: RegExp;
  readonly longest: number;
  readonly says: string;
}

/** A property that mentions stages by name. */
export interface StageNames {
  readonly property: string;
  readonly names: readonly string[];
}

/** What is known of a kind of resource before anything is deployed. */
interface ResourceFacts<Kind extends ResourceKind> {
  readonly name: NameRule;
  /** Numbers that Cloudflare would refuse in the middle of an update. */
  readonly limits: (declared: ResourceOf<Kind>) => readonly Limit[];
  readonly stageNames: (declared: ResourceOf<Kind>) => readonly StageNames[];
  /** What beside its name cannot change without its becoming another, empty resource; undefined where even the name may. */
  readonly identity: (declared: ResourceOf<Kind>) => readonly (string | undefined)[] | undefined;
  /** Ids of what exists already and is taken over, by stage. */
  readonly adopted: (declared: ResourceOf<Kind>) => Readonly<Record<string, string>>;
}

const lowercaseWithDashes = {
  pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
  longest: 63,
  says: "1 to 63 of a-z, 0-9 and dashes, with no dash at either end",
};

const oneDaySeconds = 24 * 60 * 60;
const twelveHoursSeconds = 12 * 60 * 60;
const oneYearSeconds = 365 * 24 * 60 * 60;
const fourteenDaysSeconds = 14 * 24 * 60 * 60;

const consumeLimits = ({ queue, ...consume }: Consume): readonly Limit[] => [
  limit(`batchSize of ${queue.name}`, consume.batchSize, 1, 100),
  limit(`maxWaitTimeMs of ${queue.name}`, consume.maxWaitTimeMs, 0, 60_000),
  limit(`maxRetries of ${queue.name}`, consume.maxRetries, 0, 100),
  limit(`retryDelaySeconds of ${queue.name}`, consume.retryDelaySeconds, 0, twelveHoursSeconds),
  limit(`maxConcurrency of ${queue.name}`, consume.maxConcurrency, 1, 250),
];

const none = (): readonly never[] => [];
const nothing = (): undefined => undefined;
const nobody = (): Readonly<Record<string, string>> => ({});

const table: { readonly [Kind in ResourceKind]: ResourceFacts<Kind> } = {
  worker: {
    name: { ...lowercaseWithDashes, says: `${lowercaseWithDashes.says}: it becomes part of a host name` },
    limits: ({ consumes, env, limits }) => [
      limit("limits.cpuMs", limits?.cpuMs, 1, 300_000),
      limit("limits.subRequests", limits?.subRequests, 1, 10_000_000),
      ...consumes.flatMap(consumeLimits),
      ...Object.entries(env).flatMap(([name, binding]) =>
        limitsOf(binding).map((each) => ({ ...each, of: `${each.of} of env.${name}` })),
      ),
    ],
    stageNames: ({ crons = [], domains, routes, env }) => [
      { property: "crons", names: cronStages({ crons }) },
      { property: "domains", names: Object.keys(domains) },
      { property: "routes", names: Object.keys(routes) },
      ...Object.entries(env).map(([name, binding]) => ({
        property: `env.${name}`,
        names: stageNamesOf(binding),
      })),
    ],
    // What becomes of a worker's objects is looked at class by class, in the record of workers.
    identity: nothing,
    adopted: nobody,
  },
  d1: {
    name: {
      pattern: /^[A-Za-z0-9_][A-Za-z0-9_-]*$/,
      longest: 63,
      says: "1 to 63 letters, digits, dashes and underscores",
    },
    limits: none,
    stageNames: ({ adopt = {} }) => [{ property: "adopt", names: Object.keys(adopt) }],
    identity: ({ jurisdiction, primaryLocationHint }) => [jurisdiction, primaryLocationHint],
    adopted: ({ adopt = {} }) => adopt,
  },
  r2: {
    name: {
      pattern: /^[a-z0-9][a-z0-9-]+[a-z0-9]$/,
      longest: 63,
      says: "3 to 63 of a-z, 0-9 and dashes, with no dash at either end",
    },
    limits: ({ notifications = [], cors = [] }) => [
      ...cors.map(({ maxAgeSeconds }, index) =>
        limit(`maxAgeSeconds of cors[${index}]`, maxAgeSeconds, 0, oneDaySeconds),
      ),
      limit("number of notifications", notifications.length, 0, 100),
      ...notifications.map(({ events, queue }) =>
        limit(`number of events for ${queue.name}`, events.length, 1, 2),
      ),
    ],
    stageNames: ({ notifications = [], customDomains = {}, adopt = {} }) => [
      { property: "adopt", names: Object.keys(adopt) },
      { property: "customDomains", names: Object.keys(customDomains) },
      ...notifications.flatMap(({ prefix, suffix }) => [
        { property: "notifications, prefix", names: stageNamesOf(prefix ?? "") },
        { property: "notifications, suffix", names: stageNamesOf(suffix ?? "") },
      ]),
    ],
    identity: ({ jurisdiction }) => [jurisdiction],
    adopted: ({ adopt = {} }) => adopt,
  },
  kv: {
    name: { pattern: /^\S(.*\S)?$/, longest: 512, says: "1 to 512 characters" },
    limits: none,
    stageNames: ({ adopt = {} }) => [{ property: "adopt", names: Object.keys(adopt) }],
    // Renamed in place.
    identity: nothing,
    adopted: ({ adopt = {} }) => adopt,
  },
  vectorize: {
    name: {
      pattern: /^[a-z]([a-z0-9_-]*[a-z0-9])?$/,
      longest: 64,
      says: "1 to 64 of a-z, 0-9, dashes and underscores, beginning with a letter and not ending with a dash",
    },
    limits: ({ dimensions, metadataIndexes = {} }) => [
      limit("dimensions", dimensions, 1, 1536),
      limit("number of metadataIndexes", Object.keys(metadataIndexes).length, 0, 10),
    ],
    stageNames: ({ adopt = {} }) => [{ property: "adopt", names: Object.keys(adopt) }],
    // It holds nothing that cannot be embedded again, and is replaced where its stage allows that.
    identity: nothing,
    adopted: ({ adopt = {} }) => adopt,
  },
  queue: {
    name: lowercaseWithDashes,
    limits: ({ deliveryDelaySeconds, messageRetentionSeconds, pullConsumer = {} }) => [
      limit("deliveryDelaySeconds", deliveryDelaySeconds, 0, twelveHoursSeconds),
      limit("messageRetentionSeconds", messageRetentionSeconds, 60, fourteenDaysSeconds),
      limit(
        "pullConsumer.visibilityTimeoutMs",
        pullConsumer.visibilityTimeoutMs,
        0,
        twelveHoursSeconds * 1_000,
      ),
      limit("pullConsumer.batchSize", pullConsumer.batchSize, 1, 100),
      limit("pullConsumer.maxRetries", pullConsumer.maxRetries, 0, 100),
      limit("pullConsumer.retryDelaySeconds", pullConsumer.retryDelaySeconds, 0, twelveHoursSeconds),
    ],
    stageNames: ({ adopt = {} }) => [{ property: "adopt", names: Object.keys(adopt) }],
    // Renamed in place.
    identity: nothing,
    adopted: ({ adopt = {} }) => adopt,
  },
  hyperdrive: {
    name: { pattern: /^\S(.*\S)?$/, longest: 255, says: "1 to 255 characters" },
    limits: ({ origin, caching, connectionLimit }) => [
      limit("origin.port", origin.port, 1, 65_535),
      limit("connectionLimit", connectionLimit, 5, 100),
      ...(caching === false || caching === undefined
        ? []
        : [
            limit("caching.maxAgeSeconds", caching.maxAgeSeconds, 1, 60 * 60),
            limit("caching.staleWhileRevalidateSeconds", caching.staleWhileRevalidateSeconds, 0, 60 * 60),
          ]),
    ],
    stageNames: none,
    // Renamed in place, and it holds nothing.
    identity: nothing,
    adopted: nobody,
  },
  aiGateway: {
    name: {
      pattern: /^[a-z0-9_]+(-[a-z0-9_]+)*$/,
      longest: 64,
      says: "1 to 64 of a-z, 0-9, underscores and single dashes between them",
    },
    limits: ({ cacheTtlSeconds, rateLimit }) => [
      limit("cacheTtlSeconds", cacheTtlSeconds, 0, oneYearSeconds),
      limit("requests of rateLimit", rateLimit?.requests, 1, Number.MAX_SAFE_INTEGER),
      limit("windowSeconds of rateLimit", rateLimit?.windowSeconds, 1, Number.MAX_SAFE_INTEGER),
    ],
    stageNames: ({ adopt = {} }) => [{ property: "adopt", names: Object.keys(adopt) }],
    // Another name is another gateway, with neither the log nor what was cached.
    identity: () => [],
    adopted: ({ adopt = {} }) => adopt,
  },
};

/** What is known of a kind of resource, as functions of one declaration of it. */
export const factsOf = <Kind extends ResourceKind>(declared: ResourceOf<Kind>) => {
  const facts = table[declared.kind];
  return {
    name: facts.name,
    limits: facts.limits(declared),
    stageNames: facts.stageNames(declared),
    identity: facts.identity(declared),
    adopted: facts.adopted(declared),
  };
};
