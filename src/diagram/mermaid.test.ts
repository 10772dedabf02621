import { expect, test } from "vitest";
import { exampleProject } from "../../test/docs/example-project.ts";
import { packageRoot } from "../../toolchain/package-root.ts";
import { kv, queue, system, worker } from "../declare/index.ts";
import { loadProject } from "../project/load.ts";
import { draw } from "./draw.ts";
import type { Graph } from "./graph.ts";
import { mermaid } from "./mermaid.ts";

/** The part of Mermaid's grammar of flowcharts that is used here. */
const grammar = {
  node: /^(?<id>\w+)(?:\["(?<label>[^"]*)"\]|\[\("[^"]*"\)\]|\[[/\\]"[^"]*"[/\\]\]|\[\["[^"]*"\]\]|\{\{"[^"]*"\}\}|>"[^"]*"\]|\(\["[^"]*"\]\)|\(\("[^"]*"\)\)|\("[^"]*"\))$/,
  edge: /^(?<from>\w+) (?:-->|---|==>|-\.->)(?:\|"[^"]*"\|)? (?<to>\w+)$/,
  frame: /^subgraph \w+\["[^"]*"\]$/,
};

/** What the text says, read by that grammar; a line that is none of it fails. */
function read(text: string) {
  const [head, ...lines] = text.trimEnd().split("\n");
  expect(head).toBe("flowchart LR");
  const nodes: string[] = [];
  const edges: string[] = [];
  let frames = 0;
  let open = 0;
  for (const line of lines.map((each) => each.trim())) {
    const [node, edge] = [grammar.node.exec(line)?.groups, grammar.edge.exec(line)?.groups];
    if (grammar.frame.test(line)) [frames, open] = [frames + 1, open + 1];
    else if (line === "end") open--;
    else if (node !== undefined) nodes.push(node["id"] ?? "");
    else if (edge !== undefined) edges.push(`${edge["from"]} ${edge["to"]}`);
    else expect(line).toBe("a line of a flowchart");
  }
  expect(open).toBe(0);
  return { nodes, edges, frames };
}

function expectAll(graphs: readonly Graph[], text: string): void {
  const { nodes, edges, frames } = read(text);
  expect(frames).toBe(graphs.length === 1 ? 0 : graphs.length);
  expect(nodes).toEqual(graphs.flatMap((graph) => graph.nodes.map(({ id }) => id)));
  expect(edges).toEqual(graphs.flatMap((graph) => graph.edges.map(({ from, to }) => `${from} ${to}`)));
  expect(new Set(nodes).size).toBe(nodes.length);
  for (const end of edges.flatMap((edge) => edge.split(" "))) expect(nodes).toContain(end);
}

async function expectDrawn(folder: string): Promise<void> {
  const { systems } = await loadProject(folder);
  const graphs = systems.map(draw);
  expect(graphs.flatMap(({ edges }) => edges).length).toBeGreaterThan(3);
  expectAll(graphs, mermaid(graphs));
  for (const graph of graphs) expectAll([graph], mermaid([graph]));
}

test("of every system of this project all nodes and edges are drawn", () => expectDrawn(packageRoot));

test.each(["notes", "guide"])("of the example %s all nodes and edges are drawn", async (name) => {
  const { folder, remove } = exampleProject(name);
  await expectDrawn(folder).finally(remove);
});

test("what Mermaid would take for syntax is shown as it stands", () => {
  const odd = system("odd", [
    kv('a"b <c> #d `e` & end'),
    queue("end"),
    worker("w", { main: "x.ts", compatibilityDate: "2026-01-01", crons: ["*/5 * * * *"] }),
  ]);
  const text = mermaid([draw(odd)]);
  expectAll([draw(odd)], text);
  expect(text).toContain('"a#34;b #60;c#62; #35;d #96;e#96; #38; end<br/>KV"');
});
