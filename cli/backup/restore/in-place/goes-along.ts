import type { R2 } from "../../../../src/declare/index.ts";

/** What of a bucket goes along when another one takes its place, and what does not: a line each. */
export function goesAlong({ cors, lifecycle, lock, managedDomain, notifications }: R2): readonly string[] {
  const queues = [...new Set((notifications ?? []).map(({ queue }) => queue.name))];
  return [
    ...(has(cors) ? ["its CORS rules go along"] : []),
    ...(has(lifecycle)
      ? [
          "its lifecycle rules go along, and count from when an object was restored; the bucket that is kept loses them: nothing expires in it",
        ]
      : []),
    ...(has(lock)
      ? [
          "its locks go along, and count from when an object was restored; the bucket that is kept keeps them too",
        ]
      : []),
    ...(queues.length > 0
      ? [
          `${queues.join(", ")} hears of the new bucket's objects from then on, and of none that is restored into it`,
        ]
      : []),
    ...(managedDomain === true ? ["its r2.dev name becomes another one: links to the old one end"] : []),
  ];
}

/** Behind those of all buckets. */
export const byHandStays =
  "What was set on a bucket by hand, and stands in no declaration, stays with the one that is kept.";

const has = (rules: readonly unknown[] | undefined): boolean => (rules ?? []).length > 0;
