import type { Sentence } from "../diagnostic/sentence.ts";
import type { Repair } from "./repair.ts";

/** Who made it so, as far as Cloudflare says it. */
export interface Author {
  /** An address, or what else Cloudflare has. */
  readonly who: string;
  /** ISO 8601. */
  readonly at: string;
  /** `wrangler, rollback`: the tool, and what it was told. */
  readonly how: string;
}

/** How it becomes again what is declared. */
export type PutBack =
  /** By the next `up`, which sees it by itself. */
  | "up"
  /** By the next `up`, once the engine has looked (`--refresh`). */
  | "refresh"
  /** By nobody but a person: the stack did not make it, or cannot make it again. */
  | "person";

/** One thing that is otherwise at Cloudflare than the stack left it. */
export interface Finding {
  /** `<system>/<name>`, as it is declared. */
  readonly resource: string;
  readonly aspect:
    | "deployment"
    | "worker"
    | "settings"
    | "crons"
    | "consumer"
    | "route"
    | "domain"
    | "schema"
    | "store"
    | "property";
  /** In one sentence without a final stop. */
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  /** What differs, a line each. */
  readonly differences: readonly string[];
  readonly author?: Author | undefined;
  readonly putBack: PutBack;
  readonly fix: Sentence;
  /** The call that puts it back, where one does. */
  readonly repair?: Repair | undefined;
  /** Of what the engine found: the resource that it means. */
  readonly urn?: string | undefined;
}
