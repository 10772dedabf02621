import type { StageText } from "../bindings/stage-text.ts";
import { declaredHere } from "../declared-at.ts";
import type { Named } from "../named.ts";
import { named, type Shapes, shaped } from "../shaped.ts";
import type { Secret } from "../values.ts";

/**
 * The database behind a Hyperdrive configuration. What differs by stage is written with `perStage`.
 *
 * @example
 * const origin: HyperdriveOrigin = {
 *   host: perStage({ dev: "127.0.0.1", prod: "db.example.com" }),
 *   database: "shop",
 *   user: "shop",
 *   password: secret("database-password"),
 * };
 */
export interface HyperdriveOrigin {
  /** What the database speaks. @default "postgres" */
  readonly scheme?: "postgres" | "mysql";
  /** Its host, such as `db.example.com`. */
  readonly host: StageText;
  /** Its port, 1 to 65535. @default 5432 for postgres, 3306 for mysql */
  readonly port?: number;
  /** Name of the database. */
  readonly database: StageText;
  /** Who connects. */
  readonly user: StageText;
  /** The secret of the stack that holds the password. */
  readonly password: Secret;
}

/**
 * A Hyperdrive configuration: pooled, cached connections to a database elsewhere. On the embedded target the connections go
 * straight to the database.
 *
 * @example
 * const shop: Hyperdrive = hyperdrive("shop", {
 *   origin: { host: "db.example.com", database: "shop", user: "shop", password: secret("database-password") },
 * });
 */
export interface Hyperdrive extends Named {
  readonly kind: "hyperdrive";
  /** The database. */
  readonly origin: HyperdriveOrigin;
  /** For how many seconds answers to reads are cached, and how long an old one is given while a new one is fetched; `false` caches nothing. @default { maxAgeSeconds: 60, staleWhileRevalidateSeconds: 15 } */
  readonly caching?:
    | false
    | { readonly maxAgeSeconds?: number; readonly staleWhileRevalidateSeconds?: number };
  /** Connections to the database at the same time, 5 to 100. @default 60 */
  readonly connectionLimit?: number;
}

const shapes: Shapes<Hyperdrive> = {
  ...named,
  origin: ["group"],
  caching: ["flag", "group"],
  connectionLimit: ["number"],
};

/**
 * Declares a Hyperdrive configuration. The code gets `connectionString`, `host`, `user` and the like, for the driver that it uses.
 *
 * @example
 * const shop = hyperdrive("shop", {
 *   origin: { host: "db.example.com", database: "shop", user: "shop", password: secret("database-password") },
 *   caching: { maxAgeSeconds: 30 },
 * });
 * worker("api", { ...settings, env: { SHOP: shop } }); // new Client({ connectionString: env.SHOP.connectionString })
 */
export const hyperdrive = (name: string, options: Omit<Hyperdrive, "kind" | "name">): Hyperdrive =>
  declaredHere(
    shaped(shapes, {
      kind: "hyperdrive",
      name,
      ...options,
    }),
  );
