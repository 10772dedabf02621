/**
 * Which pages of other origins may use a bucket from a browser: by a presigned address, its r2.dev name or a custom domain.
 *
 * @example
 * const cors: CorsRule[] = [{ origins: ["https://app.example.com"], methods: ["GET", "PUT"], headers: ["content-type"] }];
 */
export interface CorsRule {
  /** Origins without a path, such as `https://app.example.com`; `*` in one stands for anything. */
  readonly origins: readonly string[];
  /** What those pages may do. */
  readonly methods: readonly ("GET" | "PUT" | "POST" | "DELETE" | "HEAD")[];
  /** Request headers they may send. @default - none but those that browsers always allow */
  readonly headers?: readonly string[];
  /** Response headers their code may read, such as `etag`. @default - none but those that browsers always show */
  readonly exposeHeaders?: readonly string[];
  /** Seconds that a browser may remember the answer, 0 to 86400. @default - the browser decides */
  readonly maxAgeSeconds?: number;
}

/**
 * When something happens to an object: days after it was written, or on a day (`YYYY-MM-DD`, UTC).
 *
 * @example
 * const later: When = { afterDays: 30 };
 * const thatDay: When = { on: "2030-01-01" };
 */
export type When = { readonly afterDays: number } | { readonly on: string };

/**
 * What becomes of the objects of a bucket in time. A rule holds for the objects that are there already too, within a day.
 *
 * @example
 * const rules: LifecycleRule[] = [
 *   { id: "old-logs", prefix: "logs/", expire: { afterDays: 30 } },
 *   { id: "rarely-read", infrequentAccess: { afterDays: 60 } },
 *   { id: "given-up", abortMultipart: { afterDays: 1 } },
 * ];
 */
export interface LifecycleRule {
  /** Name of the rule, of its own in the bucket. */
  readonly id: string;
  /** Only objects whose keys begin with it. @default - all objects */
  readonly prefix?: string;
  /** When objects are deleted. The preview says which. @default - never */
  readonly expire?: When;
  /** When objects move to the storage class InfrequentAccess; there is no way back but a copy. @default - never */
  readonly infrequentAccess?: When;
  /** When multipart uploads that nobody completed are given up. @default - seven days after their beginning, where no rule of the bucket says anything else */
  readonly abortMultipart?: { readonly afterDays: number };
  /** Whether it is in force. @default true */
  readonly enabled?: boolean;
}

/**
 * Objects that nobody can delete or overwrite, not even the lifecycle: for so long, until a day, or until the rule goes.
 *
 * @example
 * const rules: LockRule[] = [
 *   { id: "invoices", prefix: "invoices/", retain: { forDays: 3650 } },
 *   { id: "evidence", prefix: "evidence/", retain: "indefinitely" },
 * ];
 */
export interface LockRule {
  /** Name of the rule, of its own in the bucket. */
  readonly id: string;
  /** Only objects whose keys begin with it. @default - all objects */
  readonly prefix?: string;
  /** Days after an object was written, a day (`YYYY-MM-DD`, UTC), or as long as the rule is there. */
  readonly retain: { readonly forDays: number } | { readonly until: string } | "indefinitely";
  /** Whether it is in force. @default true */
  readonly enabled?: boolean;
}

/**
 * A host name of the account's own that serves a bucket to everybody.
 *
 * @example
 * r2("files", { customDomains: { prod: [{ domain: "files.example.com", zoneId: "023e105f4ecef8ad9ca31a8372d0c353" }] } });
 */
export interface BucketDomain {
  /** The host name, such as `files.example.com`. */
  readonly domain: string;
  /** Id of the zone that it is in, 32 hexadecimal digits. */
  readonly zoneId: string;
  /** Oldest version of TLS that is spoken. @default "1.0" */
  readonly minTls?: "1.0" | "1.1" | "1.2" | "1.3";
}
