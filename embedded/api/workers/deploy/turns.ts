const turns = new Map<string, Promise<unknown>>();

/** Runs the work when all earlier work of the same Worker has ended: versions and deployments of one script come one after another. */
export async function inTurn<T>(workerId: string, work: () => Promise<T>): Promise<T> {
  const before = turns.get(workerId) ?? Promise.resolve();
  const mine = before.then(work, work);
  const settled = mine.catch(() => undefined);
  turns.set(workerId, settled);
  try {
    return await mine;
  } finally {
    if (turns.get(workerId) === settled) turns.delete(workerId);
  }
}
