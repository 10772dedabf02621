import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { Resource, System } from "../system.ts";

interface Limit {
  readonly of: string;
  readonly value: number | undefined;
  readonly least: number;
  readonly most: number;
}

const twelveHoursSeconds = 12 * 60 * 60;
const fourteenDaysSeconds = 14 * 24 * 60 * 60;

/** Numbers that Cloudflare would refuse in the middle of an update. */
export const checkLimits = (system: System): Diagnostic[] =>
  system.resources.flatMap((resource) =>
    limitsOf(resource).flatMap(({ of, value, least, most }) =>
      value === undefined || (Number.isInteger(value) && value >= least && value <= most)
        ? []
        : [
            {
              what: "A number that Cloudflare does not accept",
              where: `${system.name}/${resource.name} (${resource.kind}), ${of}`,
              got: String(value),
              expected: `a whole number of ${least} to ${most}`,
              fix: "correct it in src/systems",
            },
          ],
    ),
  );

function limitsOf(resource: Resource): Limit[] {
  const limit = (of: string, value: number | undefined, least: number, most: number): Limit => ({
    of,
    value,
    least,
    most,
  });
  switch (resource.kind) {
    case "queue":
      return [
        limit("deliveryDelaySeconds", resource.deliveryDelaySeconds, 0, twelveHoursSeconds),
        limit("messageRetentionSeconds", resource.messageRetentionSeconds, 60, fourteenDaysSeconds),
      ];
    case "vectorize":
      return [
        limit("dimensions", resource.dimensions, 1, 1536),
        limit("number of metadataIndexes", Object.keys(resource.metadataIndexes ?? {}).length, 0, 10),
      ];
    case "worker":
      return resource.consumes.flatMap((consume) => [
        limit(`batchSize of ${consume.queue.name}`, consume.batchSize, 1, 100),
        limit(`maxWaitTimeMs of ${consume.queue.name}`, consume.maxWaitTimeMs, 0, 60_000),
        limit(`maxRetries of ${consume.queue.name}`, consume.maxRetries, 0, 100),
        limit(`retryDelaySeconds of ${consume.queue.name}`, consume.retryDelaySeconds, 0, twelveHoursSeconds),
        limit(`maxConcurrency of ${consume.queue.name}`, consume.maxConcurrency, 1, 250),
      ]);
    case "d1":
    case "r2":
    case "kv":
      return [];
    default:
      return resource satisfies never;
  }
}
