import type { ResourceKind } from "../declare/kinds/kinds.ts";

/** What a node stands for: a resource, or what is no resource of its own. */
export type NodeKind =
  | ResourceKind
  /** Of Durable Objects. */
  | "class"
  | "workflow"
  /** What calls a worker at the times of a cron expression. */
  | "cron"
  /** A service of Cloudflare that is bound and not declared. */
  | "platform"
  /** Whoever asks over HTTP. */
  | "visitors";

/** One thing in the picture of a system. */
export interface Node {
  /** Unique in the graph: letters, digits and `_`. */
  readonly id: string;
  readonly kind: NodeKind;
  /** Its name in the declaration, or what it is. */
  readonly name: string;
}

/**
 * Why two nodes are joined. `binds`: the code of a worker reaches it; `owns`: a Durable Object class or a workflow is in the code of a worker; `delivers`: a
 * queue's messages; `deadLetters`: those that failed too often; `notifies`: a bucket's events; `calls`: a cron or a visitor.
 */
export type EdgeKind = "binds" | "owns" | "delivers" | "deadLetters" | "notifies" | "calls";

/** From one node to another, in the direction of what is sent or asked. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  /** What it is called in the code, or when it happens; empty where there is nothing to say. */
  readonly label: string;
}

/** The picture of a system, as data. */
export interface Graph {
  readonly system: string;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}
