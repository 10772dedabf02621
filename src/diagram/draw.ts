import { workersOf } from "../declare/graph.ts";
import { isLive, type System, type Worker } from "../declare/index.ts";
import type { Resource } from "../declare/kinds/kinds.ts";
import { everyCron } from "../declare/workers/crons.ts";
import { type Bound, boundBy } from "./bound.ts";
import type { Edge, EdgeKind, Graph, Node, NodeKind } from "./graph.ts";

/** Draws a system as it is declared: the same in every stage, in the order of its resources. */
export function draw(system: System): Graph {
  const nodes = new Map<string, Node>();
  const edges: Edge[] = [];
  const node = (kind: NodeKind, name: string, key = name): string => {
    const found = nodes.get(`${kind} ${key}`);
    if (found !== undefined) return found.id;
    const taken = [...nodes.values()].map(({ id }) => id);
    const made = { id: unused(idFrom(system.name, kind, name), taken), kind, name };
    nodes.set(`${kind} ${key}`, made);
    return made.id;
  };
  const edge = (from: string, to: string, kind: EdgeKind, label = ""): void => {
    edges.push({ from, to, kind, label });
  };
  const resource = ({ kind, name }: Resource): string => node(kind, name);
  /** What is in the code of a worker, whoever binds it. */
  const inside = (owner: Worker, kind: "class" | "workflow", name: string): string =>
    node(kind, name, `${owner.name}/${name}`);

  for (const each of system.resources) resource(each);
  for (const each of system.resources)
    if (each.kind === "r2")
      for (const { queue, events } of each.notifications ?? [])
        edge(resource(each), resource(queue), "notifies", events.join(", "));
  for (const worker of workersOf(system)) {
    const self = resource(worker);
    if (isAsked(worker)) edge(node("visitors", "visitors"), self, "calls");
    for (const cron of new Set(everyCron(worker))) edge(node("cron", cron), self, "calls");
    for (const [className, declared] of Object.entries(worker.durableObjects))
      if (isLive(declared)) edge(self, inside(worker, "class", className), "owns");
    for (const { queue, deadLetter, maxRetries = 3 } of worker.consumes) {
      edge(resource(queue), self, "delivers");
      if (deadLetter !== undefined)
        edge(resource(queue), resource(deadLetter), "deadLetters", `after ${maxRetries} retries`);
    }
    for (const [name, binding] of Object.entries(worker.env)) {
      const bound = boundBy(binding);
      const to = idOf(bound);
      if (to !== undefined) edge(self, to, "binds", labelOf(name, bound));
    }

    function idOf(bound: Bound): string | undefined {
      switch (bound.to) {
        case "resource":
          return resource(bound.resource);
        case "class":
          return inside(bound.owner ?? worker, "class", bound.name);
        case "workflow": {
          const owner = bound.owner ?? worker;
          const to = inside(owner, "workflow", bound.name);
          if (!edges.some((each) => each.kind === "owns" && each.to === to))
            edge(resource(owner), to, "owns");
          return to;
        }
        case "platform":
          return node("platform", bound.name);
        case "nothing":
          return undefined;
        default:
          return bound satisfies never;
      }
    }
  }
  return { system: system.name, nodes: [...nodes.values()], edges };
}

/** Whether requests reach it from outside. */
const isAsked = ({ workersDev, domains, routes }: Worker): boolean =>
  workersDev || [...Object.values(domains), ...Object.values(routes)].some(({ length }) => length > 0);

const labelOf = (name: string, bound: Bound): string =>
  bound.to === "resource" && bound.of !== undefined ? `${name}: ${bound.of}` : name;

const idFrom = (...parts: readonly string[]): string =>
  [...new Set(parts.map((part) => part.replace(/\W+/g, "_").replace(/_$/, "")))].join("_");

/** Two names may differ in what an id cannot hold. */
function unused(id: string, taken: readonly string[]): string {
  if (!taken.includes(id)) return id;
  for (let n = 2; ; n++) if (!taken.includes(`${id}_${n}`)) return `${id}_${n}`;
}
