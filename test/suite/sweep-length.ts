/**
 * How many cases a sweep takes: as many as the time of every change allows, or as many as `LOCKSTEP_RUNS` says for a sweep of
 * hours (`LOCKSTEP_RUNS=25000 npm run test:deep -- <file>`).
 */
export function sweepLength(
  usual: number,
  wanted: string | undefined = process.env["LOCKSTEP_RUNS"],
): number {
  if (wanted === undefined || wanted === "") return usual;
  const count = Number(wanted);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new Error(`LOCKSTEP_RUNS is a number of cases, at least 1; got ${JSON.stringify(wanted)}`);
  return count;
}
