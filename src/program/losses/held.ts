import { z } from "zod";
import type { Holder } from "../../cloudflare/contents/holder.ts";
import type { StateResource } from "../../reality/state.ts";
import { kinds } from "../../resources/kinds/kinds.ts";

/** Something with data that the stack has. */
export interface Held {
  /** `<system>/<name>` */
  readonly label: string;
  readonly type: string;
  /** Its name at Cloudflare. */
  readonly name: string;
  readonly holder: Holder;
}

export const workflowType = "cloudflare:index/workflow:Workflow";
const targetType = "pulumi-nodejs:dynamic/lockstep:Target";

const named = z.object({ name: z.string() });
const identified = named.extend({ id: z.string() });
const shapes = {
  bucket: named.extend({ jurisdiction: z.string().default("default") }),
  namespace: z.object({ id: z.string(), title: z.string() }),
  queue: z.object({ queueId: z.string(), queueName: z.string() }),
  workflow: z.object({ workflowName: z.string() }),
  gateway: z.object({ aiGatewayId: z.string() }),
};
const record = z.object({
  workers: z
    .record(z.string(), z.object({ classes: z.record(z.string(), z.string()).default({}) }))
    .default({}),
});

/** Everything with data that the state has. */
export function heldIn(state: readonly StateResource[]): readonly Held[] {
  const target = record.safeParse(state.find(({ type }) => type === targetType)?.outputs);
  const workers = target.success ? target.data.workers : {};
  return state.flatMap((resource): readonly Held[] => {
    const { type, name: label, outputs } = resource;
    const held = (name: string, holder: Holder): readonly Held[] => [{ label, type, name, holder }];
    switch (type) {
      case kinds.d1.type: {
        const { id, name } = identified.parse(outputs);
        return held(name, { kind: "d1", id });
      }
      case kinds.r2.type: {
        const { name, jurisdiction } = shapes.bucket.parse(outputs);
        return held(name, { kind: "r2", name, jurisdiction });
      }
      case kinds.kv.type: {
        const { id, title } = shapes.namespace.parse(outputs);
        return held(title, { kind: "kv", id });
      }
      case kinds.queue.type: {
        const { queueId, queueName } = shapes.queue.parse(outputs);
        return held(queueName, { kind: "queue", id: queueId });
      }
      case kinds.vectorize.type: {
        const { name } = named.parse(outputs);
        return held(name, { kind: "vectorize", name });
      }
      case workflowType: {
        const { workflowName } = shapes.workflow.parse(outputs);
        return held(workflowName, { kind: "workflow", name: workflowName });
      }
      case kinds.worker.type: {
        const { name: script } = named.parse(outputs);
        return Object.entries(workers[label]?.classes ?? {}).flatMap(([className, is]) =>
          is === "live" ? held(`${className} of ${script}`, { kind: "class", script, className }) : [],
        );
      }
      default:
        return [];
    }
  });
}

/** A gateway's log and cache are not counted: what the code knows of it is its name. */
export const gatewaysIn = (state: readonly StateResource[]): readonly Omit<Held, "holder">[] =>
  state.flatMap(({ type, name: label, outputs }) =>
    type === kinds.aiGateway.type ? [{ label, type, name: shapes.gateway.parse(outputs).aiGatewayId }] : [],
  );
