import type * as pulumi from "@pulumi/pulumi";
import { calls } from "../../declare/graph.ts";
import type { Worker } from "../../declare/index.ts";

/** The place of a deployment among those that go back. */
export interface Back {
  /** The deployments that go back before it. */
  readonly after: Promise<pulumi.Resource[]>;
  /** Says that it is registered. */
  readonly done: (deployment: pulumi.Resource) => void;
}

/**
 * Workers whose stable version answers everything again go back in the reverse order of their releases: whoever calls before whom it
 * calls, so that a caller's new version never meets a callee without what it calls. Their deployments name versions that are there, so
 * they wait for no upload. In a cycle nobody is first.
 * @param groups callees before callers
 */
export function backwards(
  groups: readonly (readonly Worker[])[],
  isBack: (worker: Worker) => boolean,
): ReadonlyMap<Worker, Back> {
  const places = new Map<Worker, { readonly made: Promise<pulumi.Resource>; readonly done: Back["done"] }>();
  const all = groups.flatMap((group) => group.filter(isBack).map((worker) => ({ worker, group })));
  for (const { worker } of all) {
    const { promise: made, resolve: done } = Promise.withResolvers<pulumi.Resource>();
    places.set(worker, { made, done });
  }
  return new Map(
    all.map(({ worker, group }) => {
      const callers = all.filter(
        (other) => !group.includes(other.worker) && calls(other.worker).some(({ to }) => to === worker),
      );
      const before = callers.flatMap((caller) => places.get(caller.worker)?.made ?? []);
      return [worker, { after: Promise.all(before), done: places.get(worker)?.done ?? (() => undefined) }];
    }),
  );
}
