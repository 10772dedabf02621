import { readFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../../../src/artefact/built.ts";
import type { Bundle } from "../../../src/bundle/bundle.ts";
import type { Worker } from "../../../src/declare/index.ts";
import { linksOf } from "../../../src/declare/links.ts";
import { refuse } from "../../../src/diagnostic/user-error.ts";
import type { Order } from "../../../src/release/order/order.ts";
import { boundInside, boundOutside, type Labelled, type Stable } from "./bound.ts";
import { lostEntrypoint } from "./lost-entrypoints.ts";
import { lostMethods } from "./lost-methods.ts";
import { orderedCalls } from "./meets-stable.ts";

/** Reads the code of a version from this machine, where it was built here. @param version its id */
export type OldCode = (label: string, version: string) => Promise<string | undefined>;

/** How the workers of a release follow each other. */
export interface CheckedCalls {
  readonly order: Order;
  /** What cannot be known, a line each. */
  readonly unknown: readonly string[];
}

/**
 * Finds the order of a release, and refuses one in which a version that answers people would call what is not there: an entrypoint or a method that the new code of a callee
 * lacks, or, in a circle, one that the stable callee does not have yet.
 */
export async function refuseLostCalls(stable: Stable, oldCode: OldCode): Promise<CheckedCalls> {
  const { root, systems, stage } = stable;
  const [inside, outside] = await Promise.all([boundInside(stable), boundOutside(stable)]);
  const bound = [...inside, ...outside.bound];
  const bundles = new Map<Worker, Bundle | undefined>();
  const bundleOf = async (worker: Worker): Promise<Bundle | undefined> => {
    if (!bundles.has(worker)) bundles.set(worker, (await codeOf(worker, root)).bundle);
    return bundles.get(worker);
  };
  const stableCode = async (label: string): Promise<string | undefined> => {
    const version = stable.versions[label];
    return version === undefined ? undefined : oldCode(label, version);
  };
  const found = await Promise.all(
    bound.map(async (each) => {
      const bundle = await bundleOf(each.callee.worker);
      const lost = lostEntrypoint(each, bundle?.exports);
      if (lost.length > 0) return { lost, unknown: [] };
      return lostMethods(each, await stableCode(each.caller), textOf(bundle, root));
    }),
  );
  const ordered = await orderedCalls(linksOf(systems, stage), stable, bound, {
    fresh: async ({ worker }: Labelled) => textOf(await bundleOf(worker), root),
    stable: ({ label }) => stableCode(label),
  });
  refuse([...found.flatMap(({ lost }) => lost), ...ordered.lost]);
  const unknown = [...outside.unknown, ...found.flatMap((each) => each.unknown), ...ordered.unknown];
  return { order: ordered.order, unknown: [...new Set(unknown)].sort() };
}

/** The main module of a bundle, which calls and is called. */
function textOf(bundle: Bundle | undefined, root: string): string | undefined {
  const main = bundle?.modules.find(({ name }) => name === bundle.mainModule);
  return main === undefined ? undefined : readFileSync(join(root, main.contentFile), "utf8");
}
