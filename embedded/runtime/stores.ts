/** D1's answer for one statement, as the HTTP API gives it. */
export interface D1Result {
  readonly results: readonly Readonly<Record<string, unknown>>[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly meta: Readonly<Record<string, unknown>>;
}

/** The answer of one statement, its rows as they came. */
export interface D1Page {
  /** An array of objects, in JSON; part by part. */
  readonly results: readonly Uint8Array[];
  readonly meta: D1Result["meta"];
}

export interface D1Statement {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** A statement failed; the whole request was rolled back. `message` is SQLite's text as D1 gives it. */
export class SqlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SqlError";
  }
}

/**
 * The stores process: Miniflare's own KV, R2 and D1 objects behind one address, never reloaded.
 * Cells reach a store at {@link Stores.address} with the header `x-lockstep-store: <KIND>/<id>`
 * (and `x-lockstep-caller: <account>/<script>/<version>`, for the statement corpus).
 */
export interface Stores {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  /** What the address wants in the header `x-lockstep-key`. */
  readonly key: string;
  readonly d1: {
    /** One atomic request: all statements in one transaction. Throws {@link SqlError}. */
    batch(databaseId: string, statements: readonly D1Statement[]): Promise<readonly D1Result[]>;
    /** A request of one statement, whose rows nobody here has to read. Throws {@link SqlError}. */
    one(databaseId: string, statement: D1Statement): Promise<D1Page>;
    /** Size and number of user tables, for `GET database`. */
    info(databaseId: string): Promise<{ readonly fileSizeBytes: number; readonly tables: number }>;
    /** The whole database as SQL text. */
    export(
      databaseId: string,
      options: { readonly schema: boolean; readonly data: boolean; readonly tables: readonly string[] },
    ): Promise<string>;
    /** Runs a file outside one transaction but all or nothing, as `/import` does (time travel on failure). */
    import(
      databaseId: string,
      sql: string,
    ): Promise<{ readonly statements: number; readonly meta: Readonly<Record<string, unknown>> }>;
    /** The bookmark of now, or of the latest state not after `atMs`. Takes a snapshot when something changed. */
    bookmark(databaseId: string, atMs?: number): Promise<string>;
    /** Throws `BookmarkUnknown`. Returns the bookmark of the restored state, and of the state just before. */
    restore(
      databaseId: string,
      bookmark: string,
    ): Promise<{ readonly bookmark: string; readonly previousBookmark: string }>;
    remove(databaseId: string): Promise<void>;
    /** The normalised statements each caller ran, for the corpus. */
    statements(
      databaseId: string,
    ): readonly { readonly caller: string; readonly sql: string; readonly count: number }[];
    /** What each normalised statement has written, whoever ran it, at most 31 days ago, the oldest first. */
    written(databaseId: string): readonly {
      readonly sql: string;
      readonly atMs: number;
      readonly rows: number;
      readonly count: number;
    }[];
  };
  readonly r2: {
    put(
      bucketId: string,
      key: string,
      /** A blob is read piece by piece, so that it never is in memory whole. */
      body: Uint8Array | Blob,
      metadata: {
        readonly httpMetadata: Readonly<Record<string, string>>;
        readonly customMetadata: Readonly<Record<string, string>>;
        /** Of what the object is a copy; its event says so. @default - of nothing */
        readonly copySource?: CopySource;
        /** What has to hold for what is there, or {@link R2Error} 10031. @default - nothing */
        readonly onlyIf?: PutCondition;
      },
    ): Promise<R2ObjectInfo>;
    get(
      bucketId: string,
      key: string,
      range?: { readonly offset: number; readonly length: number },
    ): Promise<{ readonly object: R2ObjectInfo; readonly body: Uint8Array } | undefined>;
    /** Like get, with the body piece by piece. Whoever does not read it to its end closes it. */
    open(
      bucketId: string,
      key: string,
      range?: { readonly offset: number; readonly length: number },
    ): Promise<OpenObject | undefined>;
    head(bucketId: string, key: string): Promise<R2ObjectInfo | undefined>;
    /** Begins an upload in parts; gives its id. */
    createUpload(
      bucketId: string,
      key: string,
      metadata: {
        readonly httpMetadata: Readonly<Record<string, string>>;
        readonly customMetadata: Readonly<Record<string, string>>;
      },
    ): Promise<string>;
    /** Gives the part's etag. */
    uploadPart(
      bucketId: string,
      key: string,
      uploadId: string,
      part: { readonly number: number; readonly body: Uint8Array | Blob },
    ): Promise<string>;
    completeUpload(
      bucketId: string,
      key: string,
      uploadId: string,
      parts: readonly { readonly part: number; readonly etag: string }[],
    ): Promise<R2ObjectInfo>;
    abortUpload(bucketId: string, key: string, uploadId: string): Promise<void>;
    delete(bucketId: string, key: string): Promise<void>;
    list(
      bucketId: string,
      options: {
        readonly prefix?: string;
        readonly cursor?: string;
        readonly delimiter?: string;
        readonly startAfter?: string;
        readonly limit?: number;
      },
    ): Promise<{
      readonly objects: readonly R2ObjectInfo[];
      readonly prefixes: readonly string[];
      readonly cursor: string | undefined;
    }>;
    remove(bucketId: string): Promise<void>;
    /**
     * Calls the listener with what happened to objects, whoever did it, before that is told that it is done. A listener that
     * throws makes it fail, although it has happened.
     */
    onEvents(listener: (events: BucketEvents) => void): void;
  };
  readonly kv: {
    put(
      namespaceId: string,
      key: string,
      value: Uint8Array,
      options: {
        readonly metadata?: unknown;
        readonly expirationEpochSeconds?: number;
        readonly expirationTtlSeconds?: number;
      },
    ): Promise<void>;
    get(
      namespaceId: string,
      key: string,
    ): Promise<
      | {
          readonly value: Uint8Array;
          readonly metadata: unknown;
          readonly expirationEpochSeconds: number | undefined;
        }
      | undefined
    >;
    delete(namespaceId: string, key: string): Promise<void>;
    list(
      namespaceId: string,
      options: { readonly prefix?: string; readonly cursor?: string; readonly limit?: number },
    ): Promise<{
      readonly keys: readonly {
        readonly name: string;
        readonly expiration?: number;
        readonly metadata?: unknown;
      }[];
      readonly cursor: string | undefined;
    }>;
    remove(namespaceId: string): Promise<void>;
  };
  close(): Promise<void>;
}

export interface OpenObject {
  readonly object: R2ObjectInfo;
  readonly body: AsyncIterable<Uint8Array>;
  readonly close: () => Promise<void>;
}

/** Etags without quotes; `*` is any object. */
export interface PutCondition {
  readonly etagMatches?: readonly string[];
  readonly etagDoesNotMatch?: readonly string[];
}

/** The object that was copied. */
export interface CopySource {
  /** Name of its bucket. */
  readonly bucket: string;
  /** Its key. */
  readonly object: string;
}

/** What happened to objects of a bucket, at the same time. */
export interface BucketEvents {
  readonly bucketId: string;
  readonly events: readonly {
    readonly action: "PutObject" | "CopyObject" | "CompleteMultipartUpload" | "DeleteObject";
    /** Without size and eTag where it is gone. */
    readonly object: { readonly key: string; readonly size?: number; readonly eTag?: string };
    readonly copySource?: CopySource;
    /** ISO 8601, UTC. */
    readonly eventTime: string;
  }[];
}

export interface R2ObjectInfo {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly uploadedMs: number;
  readonly httpMetadata: Readonly<Record<string, string>>;
  readonly customMetadata: Readonly<Record<string, string>>;
}
