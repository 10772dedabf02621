import { readFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../../../src/artefact/built.ts";
import type { Bundle } from "../../../src/bundle/bundle.ts";
import type { Worker } from "../../../src/declare/index.ts";
import { linksOf } from "../../../src/declare/links.ts";
import { refuse } from "../../../src/diagnostic/user-error.ts";
import type { Order } from "../../../src/release/order/order.ts";
import { boundInside, boundOutside, type Labelled, labelled, type Stable } from "./bound.ts";
import { lostEntrypoint } from "./lost-entrypoints.ts";
import { lostMethods } from "./lost-methods.ts";
import { orderedCalls } from "./meets-stable.ts";
import type { Read, ReadCode } from "./served-code.ts";

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
export async function refuseLostCalls(stable: Stable, readCode: ReadCode): Promise<CheckedCalls> {
  const { root, systems, stage } = stable;
  const [inside, outside] = await Promise.all([boundInside(stable), boundOutside(stable)]);
  const bound = [...inside, ...outside.bound];
  const bundles = new Map<Worker, Bundle | undefined>();
  const bundleOf = async (worker: Worker): Promise<Bundle | undefined> => {
    if (!bundles.has(worker)) bundles.set(worker, (await codeOf(worker, root)).bundle);
    return bundles.get(worker);
  };
  const scripts = new Map(labelled(stable).map(({ label, script }) => [label, script]));
  const stableCode = async (label: string): Promise<Read> => {
    const [version, script] = [stable.versions[label], scripts.get(label)];
    return version === undefined || script === undefined
      ? { unknown: "it has no stable version" }
      : readCode({ script, version });
  };
  const found = await Promise.all(
    bound.map(async (each) => {
      const bundle = await bundleOf(each.callee.worker);
      const lost = lostEntrypoint(each, bundle?.exports);
      if (lost.length > 0) return { lost, unknown: [] };
      const caller = await readCode({
        script: scripts.get(each.caller) ?? each.caller,
        version: each.version,
      });
      return lostMethods(each, caller, textOf(bundle, root));
    }),
  );
  const ordered = await orderedCalls(linksOf(systems, stage), stable, bound, {
    fresh: async ({ worker }: Labelled) => textOf(await bundleOf(worker), root),
    stable: async ({ label }) => {
      const code = await stableCode(label);
      return "modules" in code ? code.modules[0] : undefined;
    },
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
