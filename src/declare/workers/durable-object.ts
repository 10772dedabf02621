import type { ObjectBackup } from "./object-backup.ts";
import type { Worker } from "./worker.ts";

/**
 * Where a Durable Object class keeps its data, and what becomes of it. A class with objects is never just left out of a
 * declaration: the preview refuses that until `lifecycle` says what is to become of them.
 *
 * @example
 * worker("rooms", {
 *   ...settings,
 *   durableObjects: { Room: {}, Lobby: { lifecycle: { state: "renamed", renamedTo: "Room" } } },
 *   env: { ROOM: durableObject<Room>("Room") },
 * });
 */
export interface DurableObjectClass {
  /** Where each object keeps its data; only classes from before SQLite have the other one. Cannot change later. @default "sqlite" */
  readonly storage?: "sqlite" | "legacy-kv";
  /**
   * Whether each object has a container beside it, as `ctx.container`. The container's image and how many there may be are not
   * part of a worker at Cloudflare: `wrangler containers` has them. @default - no container
   */
  readonly container?: true;
  /** Methods by which backups read what its objects have stored, and a restore puts it back. @default - backups do not have it, and say so */
  readonly backup?: ObjectBackup;
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

/**
 * Whether the class has objects, or is about to get some; otherwise its entry only says what became of them.
 *
 * @example
 * isLive({}); // true
 * isLive({ lifecycle: { state: "deleted" } }); // false
 */
export const isLive = ({ lifecycle }: DurableObjectClass): boolean =>
  lifecycle === undefined || lifecycle.state === "expecting-transfer";

/**
 * A namespace of Durable Objects, bound.
 *
 * @example
 * const room: DurableObject<Room> = durableObject<Room>("Room", () => rooms);
 */
export interface DurableObject<Class = unknown> {
  readonly kind: "durableObject";
  /** The class, by the name under which its worker exports it. */
  readonly className: string;
  /** The worker that has the class. @default - the worker that binds it */
  readonly owner?: () => Worker;
  /** Never set: carries the type of the objects to `EnvOf`. @default - never set */
  readonly instance?: Class;
}

/**
 * Binds the objects of a class of this worker, or of another one, which is deployed first. `durableObject<Room>` gives the
 * type of the objects, so that their methods can be called. A class that its worker does not list under `durableObjects`
 * is refused in the preview.
 *
 * @example
 * const rooms = worker("rooms", {
 *   ...settings,
 *   durableObjects: { Room: {} },
 *   env: { ROOM: durableObject<Room>("Room") },
 * });
 * const api = worker("api", { ...settings, env: { ROOM: durableObject<Room>("Room", () => rooms) } });
 */
export const durableObject = <Class = unknown>(
  className: string,
  owner?: () => Worker,
): DurableObject<Class> => ({
  kind: "durableObject",
  className,
  ...(owner !== undefined && { owner }),
});
