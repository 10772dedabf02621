/** The one of several that a service refuses, found by halves; undefined where it takes both halves of what it refused whole. */
export async function refusedOne<Each>(
  all: readonly Each[],
  isRefused: (part: readonly Each[]) => Promise<boolean>,
): Promise<Each | undefined> {
  if (all.length <= 1) return all[0];
  const half = Math.ceil(all.length / 2);
  for (const part of [all.slice(0, half), all.slice(half)])
    if (await isRefused(part)) return refusedOne(part, isRefused);
  return undefined;
}
