import type { Worker } from "./worker.ts";

/** Where a Durable Object class keeps its data, and what becomes of it. */
export interface DurableObjectClass {
  /** @default "sqlite" */
  readonly storage?: "sqlite" | "legacy-kv";
  /**
   * What Cloudflare is to do with the class and its objects. A change of it ships at 100 %, never in a rollout; a transfer
   * takes two: first the worker that expects the class, then the one that gives it. @default - it is there, with its objects
   */
  readonly lifecycle?:
    | { readonly state: "deleted" }
    | { readonly state: "renamed"; readonly renamedTo: string }
    | { readonly state: "transferred"; readonly transferredTo: () => Worker }
    | { readonly state: "expecting-transfer"; readonly transferFrom: () => Worker };
}

/** Whether the class has objects, or is about to get some; otherwise its entry only says what became of them. */
export const isLive = ({ lifecycle }: DurableObjectClass): boolean =>
  lifecycle === undefined || lifecycle.state === "expecting-transfer";

/** A namespace of Durable Objects, bound. */
export interface DurableObject {
  readonly kind: "durableObject";
  readonly className: string;
  /** The worker that has the class. @default - the worker that binds it */
  readonly owner?: () => Worker;
}

/** Binds the objects of a class of this worker, or of another: `durableObject("Room", () => rooms)`. */
export const durableObject = (className: string, owner?: () => Worker): DurableObject => ({
  kind: "durableObject",
  className,
  ...(owner !== undefined && { owner }),
});
