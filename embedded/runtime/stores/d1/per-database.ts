/** Runs what exchanges, copies or reads a database's file one after the other; other databases do not wait. */
export function perDatabase(): <T>(databaseId: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (databaseId, work) => {
    const turn = (last.get(databaseId) ?? Promise.resolve()).then(work, work);
    last.set(databaseId, turn);
    const forget = (): void => {
      if (last.get(databaseId) === turn) last.delete(databaseId);
    };
    turn.then(forget, forget);
    return turn;
  };
}
