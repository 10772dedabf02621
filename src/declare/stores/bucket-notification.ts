import type { PerStage } from "../values.ts";
import type { Queue } from "./queue.ts";

/**
 * What a bucket tells a queue about its objects. Two of one bucket must not wait for the same event of the same object:
 * Cloudflare refuses that, and so does the preview.
 *
 * @example
 * const arrivals = queue<BucketEvent>("arrivals");
 * const notification: BucketNotification = { queue: arrivals, events: ["object-create"], prefix: "in/", suffix: ".md" };
 */
export interface BucketNotification {
  /** Gets a {@link BucketEvent} for each event, at least once and in no order. */
  readonly queue: Queue;
  /** `object-create`: put, copied, or a multipart upload completed. `object-delete`: deleted, by somebody or by a lifecycle rule. */
  readonly events: readonly ("object-create" | "object-delete")[];
  /**
   * Only objects whose key begins so. Stages that share a bucket need a prefix each: `perStage({ staging: "test-", prod: "in/" })`.
   * @default - all objects
   */
  readonly prefix?: string | PerStage;
  /** Only objects whose key ends so. @default - all objects */
  readonly suffix?: string | PerStage;
}

/**
 * The message that R2 puts on a queue, as Cloudflare documents it.
 *
 * @example
 * const arrivals = queue<BucketEvent>("arrivals");
 */
export interface BucketEvent {
  /** The account's id. */
  readonly account: string;
  /** What was done. */
  readonly action:
    | "PutObject"
    | "CopyObject"
    | "CompleteMultipartUpload"
    | "DeleteObject"
    | "LifecycleDeletion";
  /** The bucket's name. */
  readonly bucket: string;
  /** The object; without `size` (bytes) and `eTag` where it is gone. */
  readonly object: { readonly key: string; readonly size?: number; readonly eTag?: string };
  /** ISO 8601, UTC. */
  readonly eventTime: string;
  /** Where a copied object came from. @default - was not copied */
  readonly copySource?: { readonly bucket: string; readonly object: string };
}
