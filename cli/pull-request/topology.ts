import type { Graph, Node } from "../../src/diagram/graph.ts";
import { mermaid } from "../../src/diagram/mermaid.ts";
import { kindOf } from "../../src/resources/kinds/kinds.ts";
import type { Change, StageReport } from "./input.ts";
import { isGone, labelOf } from "./verdict.ts";

/** What becomes of something in the picture. */
type Mark = "made" | "changed" | "gone";

/** Lines around the boxes, so that a reader without colours sees it, too. */
const looks: Readonly<Record<Mark, string>> = {
  made: "stroke:#1a7f37,stroke-width:3px",
  changed: "stroke:#9a6700,stroke-width:3px,stroke-dasharray:6 3",
  gone: "stroke:#cf222e,stroke-width:3px,stroke-dasharray:2 3",
};

const mostNodes = 12;

/** Of the worse of two marks of one thing, in several stages. */
const order: readonly Mark[] = ["changed", "made", "gone"];

/**
 * What is declared, with what changes drawn in: what changes and, where that is not much, what is joined to it, as Mermaid; undefined where nothing that is drawn
 * changes. What is deleted is in no declaration any more, and is drawn alone.
 */
export function topology(graphs: readonly Graph[], stages: readonly StageReport[]): string | undefined {
  const changes = stages.flatMap((stage) => stage.changes);
  const drawn = graphs.map((graph) => changedPart(graph, changes)).filter(({ marks }) => marks.size > 0);
  if (drawn.length === 0) return undefined;
  const marked = drawn.flatMap(({ marks }) => [...marks]);
  return [
    mermaid(drawn.map(({ graph }) => graph)).trimEnd(),
    ...order.flatMap((mark) => {
      const ids = marked.filter(([, own]) => own === mark).map(([id]) => id);
      return ids.length === 0
        ? []
        : [`  classDef ${mark} ${looks[mark]}`, `  class ${ids.join(",")} ${mark}`];
    }),
  ].join("\n");
}

function changedPart(
  graph: Graph,
  changes: readonly Change[],
): { graph: Graph; marks: ReadonlyMap<string, Mark> } {
  const marks = new Map<string, Mark>();
  const gone: Node[] = [];
  for (const change of changes) {
    const [system, name] = change.name.split("/");
    if (system !== graph.system || name === undefined) continue;
    const mark = markOf(change);
    const found = graph.nodes.find((node) => node.name === name && isOf(node, change));
    if (found !== undefined) {
      const before = marks.get(found.id);
      if (before === undefined || order.indexOf(mark) > order.indexOf(before)) marks.set(found.id, mark);
    } else if (mark === "gone" && kindOf(change.type) !== undefined) {
      const kind = kindOf(change.type)?.kind ?? "d1";
      const id = `${graph.system}_${kind}_${name}_gone`.replace(/\W/g, "_");
      if (!marks.has(id)) gone.push({ id, kind, name });
      marks.set(id, mark);
    }
  }
  const joined = graph.edges.filter(({ from, to }) => marks.has(from) || marks.has(to));
  const around = new Set([...marks.keys(), ...joined.flatMap(({ from, to }) => [from, to])]);
  // What does not change is there for orientation, as long as the picture stays one.
  const near = around.size <= mostNodes ? around : new Set(marks.keys());
  const edges = joined.filter(({ from, to }) => near.has(from) && near.has(to));
  return {
    graph: { ...graph, nodes: [...graph.nodes.filter(({ id }) => near.has(id)), ...gone], edges },
    marks,
  };
}

const markOf = ({ type, ops }: Change): Mark => {
  if (kindOf(type) === undefined) return "changed";
  if (isGone(ops)) return "gone";
  return ops.includes("create") ? "made" : "changed";
};

/** Versions and deployments are a worker's, migrations a database's. */
function isOf({ kind }: Node, { type }: Change): boolean {
  const declared = kindOf(type)?.kind;
  if (declared !== undefined) return kind === declared;
  const label = labelOf(type);
  return label === "Migrations"
    ? kind === "d1"
    : label === "Workflow"
      ? kind === "workflow"
      : kind === "worker";
}
