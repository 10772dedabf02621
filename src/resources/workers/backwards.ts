import type * as pulumi from "@pulumi/pulumi";
import type { Worker } from "../../declare/index.ts";
import type { Link } from "../../declare/links.ts";

/** The place of a deployment among those that go back. */
export interface Back {
  /** The deployments that go back before it. */
  readonly after: Promise<pulumi.Resource[]>;
  /** Says that it is registered. */
  readonly done: (deployment: pulumi.Resource) => void;
}

/**
 * Workers whose stable version answers everything again go back in the reverse order of their releases, over all systems: whoever calls before
 * whom it calls, so that a caller's new version never meets a callee without what it calls. Their deployments name versions that are there, so
 * they wait for no upload.
 * @param waves callees before callers; in one of them nobody is first
 * @param links those that the waves go by
 */
export function backwards(
  waves: readonly (readonly Worker[])[],
  links: readonly Link[],
  isBack: (worker: Worker) => boolean,
): ReadonlyMap<Worker, Back> {
  const places = new Map<Worker, { readonly made: Promise<pulumi.Resource>; readonly done: Back["done"] }>();
  const all = waves.flatMap((wave) => wave.filter(isBack).map((worker) => ({ worker, wave })));
  for (const { worker } of all) {
    const { promise: made, resolve: done } = Promise.withResolvers<pulumi.Resource>();
    places.set(worker, { made, done });
  }
  return new Map(
    all.map(({ worker, wave }) => {
      const callers = links.filter(({ from, to }) => to === worker && !wave.includes(from));
      const before = callers.flatMap(({ from }) => places.get(from)?.made ?? []);
      return [worker, { after: Promise.all(before), done: places.get(worker)?.done ?? (() => undefined) }];
    }),
  );
}
