import { siteOf } from "../bundle/assets.ts";
import { type Code, sourceOf } from "../bundle/bundle.ts";
import { cachedBundle } from "../bundle/cached.ts";
import { pagesSite } from "../bundle/pages/site.ts";
import type { System, Worker } from "../declare/index.ts";
import { digestOfParts, type Parts, partsOf } from "./parts.ts";

/** What a folder builds systems to. */
export type Built = Readonly<Record<string, { readonly digest: string; readonly parts: Parts }>>;

export const builtOf = (systems: readonly System[], code: ReadonlyMap<Worker, Code>, root: string): Built =>
  Object.fromEntries(
    systems.map((system) => {
      const parts = partsOf(system, (worker) => code.get(worker), root);
      return [system.name, { digest: digestOfParts(parts), parts }];
    }),
  );

/** What is uploaded for a worker. */
export async function codeOf(worker: Worker, root: string): Promise<Code> {
  const { assets, pages } = worker;
  const source = sourceOf(worker);
  const bundle = source === undefined ? undefined : await cachedBundle(source, root);
  if (pages !== undefined && bundle !== undefined)
    return { bundle, site: pagesSite(pages.output, bundle, root) };
  return { bundle, site: assets === undefined ? undefined : siteOf(assets.directory, root) };
}
