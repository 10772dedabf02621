/** What one invocation may still do. What it cannot, the next one does. */
export interface Share {
  /** Counts requests to databases, namespaces and the bucket. */
  readonly count: (requests: number) => void;
  /** What is used up of it: 1 is all. */
  readonly spent: () => number;
}

/** A cron has a quarter of an hour. */
const mostMs = 10 * 60_000;

export function share(mostRequests: number): Share {
  const begun = Date.now();
  let requests = 0;
  return {
    count: (some) => {
      requests += some;
    },
    spent: () => Math.max(requests / mostRequests, (Date.now() - begun) / mostMs),
  };
}
