import { declaredHere } from "../declared-at.ts";
import type { Named, Shareable } from "../named.ts";
import { named, type Shapes, shaped } from "../shaped.ts";
import type { BucketNotification } from "./bucket-notification.ts";
import type { BucketDomain, CorsRule, LifecycleRule, LockRule } from "./r2-rules.ts";

/**
 * An R2 bucket. In a protected stage it is neither deleted nor replaced; Cloudflare deletes none that holds objects.
 *
 * @example
 * const uploads: R2 = r2("uploads");
 */
export interface R2 extends Named, Shareable {
  readonly kind: "r2";
  /** Where the objects must stay. Cannot change later. @default - anywhere */
  readonly jurisdiction?: "eu" | "fedramp";
  /** Class of new objects. @default "Standard" */
  readonly storageClass?: "Standard" | "InfrequentAccess";
  /**
   * Names of buckets that already exist, by stage: each is taken over with its objects where the account has it, and made anew
   * where not. It has to be the bucket's name in the stage, see `physicalName`. @default - created
   */
  readonly adopt?: Readonly<Record<string, string>>;
  /** Queues that are told of its objects. Each stage that uses a shared bucket has its own queue told. @default - none */
  readonly notifications?: readonly BucketNotification[];
  /** Which pages of other origins may use it from a browser. @default - none */
  readonly cors?: readonly CorsRule[];
  /** When objects are deleted or moved to another storage class. @default - never */
  readonly lifecycle?: readonly LifecycleRule[];
  /** Objects that cannot be deleted or overwritten. @default - none */
  readonly lock?: readonly LockRule[];
  /** Whether everybody can read it at its `r2.dev` name; Cloudflare limits the rate there. @default false */
  readonly managedDomain?: boolean;
  /** Host names of the account that serve it to everybody, by stage. @default - none */
  readonly customDomains?: Readonly<Record<string, readonly BucketDomain[]>>;
}

const shapes: Shapes<R2> = {
  ...named,
  shared: ["flag"],
  adopt: ["group"],
  jurisdiction: ["text"],
  storageClass: ["text"],
  notifications: ["list"],
  cors: ["list"],
  lifecycle: ["list"],
  lock: ["list"],
  managedDomain: ["flag"],
  customDomains: ["group"],
};

/**
 * Declares an R2 bucket. Its name at Cloudflare has 3 to 63 of a-z, 0-9 and dashes.
 *
 * What is taken out of the declaration is taken away at Cloudflare too. The settings of a shared bucket are made by the stage
 * that owns it.
 *
 * @example
 * const files = r2("files", {
 *   cors: [{ origins: ["https://app.example.com"], methods: ["PUT"], headers: ["content-type"] }],
 *   lifecycle: [{ id: "previews", prefix: "previews/", expire: { afterDays: 7 } }],
 *   lock: [{ id: "invoices", prefix: "invoices/", retain: { forDays: 3650 } }],
 * });
 * const uploads = r2("uploads", { storageClass: "InfrequentAccess" });
 * const fonts = r2("fonts", { shared: true }); // one for all stages of the account
 */
export const r2 = (name: string, options: Omit<R2, "kind" | "name"> = {}): R2 =>
  declaredHere(
    shaped(shapes, {
      kind: "r2",
      name,
      ...options,
    }),
  );
