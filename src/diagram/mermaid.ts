import type { Edge, EdgeKind, Graph, Node, NodeKind } from "./graph.ts";

/** How a kind is drawn: what stands around its label, and what is written below its name. */
interface Shape {
  readonly open: string;
  readonly close: string;
  /** @default - nothing: the name says it */
  readonly says?: string;
}

const shapes: { readonly [Kind in NodeKind]: Shape } = {
  worker: { open: "[", close: "]", says: "Worker" },
  d1: { open: "[(", close: ")]", says: "D1" },
  r2: { open: "[/", close: "/]", says: "R2" },
  kv: { open: "[[", close: "]]", says: "KV" },
  vectorize: { open: "{{", close: "}}", says: "Vectorize" },
  queue: { open: ">", close: "]", says: "Queue" },
  aiGateway: { open: "[/", close: "\\]", says: "AI Gateway" },
  hyperdrive: { open: "[(", close: ")]", says: "Hyperdrive" },
  class: { open: "([", close: "])", says: "Durable Object" },
  workflow: { open: "[\\", close: "/]", says: "Workflow" },
  cron: { open: "(", close: ")", says: "cron, UTC" },
  platform: { open: "(", close: ")" },
  visitors: { open: "((", close: "))" },
};

const arrows: { readonly [Kind in EdgeKind]: string } = {
  binds: "-->",
  owns: "---",
  delivers: "==>",
  deadLetters: "-.->",
  notifies: "==>",
  calls: "-->",
};

/** Whether a word of somebody else's is a kind that is drawn. */
export const isNodeKind = (word: string): word is NodeKind => Object.hasOwn(shapes, word);
export const isEdgeKind = (word: string): word is EdgeKind => Object.hasOwn(arrows, word);

/** The systems as one Mermaid flowchart; each in a frame where there are several. */
export function mermaid(graphs: readonly Graph[]): string {
  const body = graphs.flatMap((graph) => {
    const lines = [...graph.nodes.map(nodeLine), ...graph.edges.map(edgeLine)];
    if (graphs.length === 1) return lines;
    return [`subgraph ${frame(graph)}[${quoted(graph.system)}]`, ...lines.map((line) => `  ${line}`), "end"];
  });
  return ["flowchart LR", ...body.map((line) => `  ${line}`), ""].join("\n");
}

/** A node's id has its kind in it, so that no frame has the id of a node. */
const frame = ({ system }: Graph): string => `system_${system.replace(/\W/g, "_")}`;

function nodeLine({ id, kind, name }: Node): string {
  const { open, close, says } = shapes[kind];
  return `${id}${open}${quoted(name, says)}${close}`;
}

const edgeLine = ({ from, to, kind, label }: Edge): string =>
  `${from} ${arrows[kind]}${label === "" ? "" : `|${quoted(label)}|`} ${to}`;

/** A text that Mermaid shows as it is, whatever is in it; lines one below the other. */
const quoted = (...lines: readonly (string | undefined)[]): string =>
  `"${lines
    .filter((line) => line !== undefined)
    .map((line) => line.replace(/\s+/g, " ").replace(/[#"<>&`]/g, (mark) => `#${mark.codePointAt(0)};`))
    .join("<br/>")}"`;
