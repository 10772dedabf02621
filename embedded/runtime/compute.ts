/** Which of Miniflare's module kinds a part of an upload is. */
export type ModuleType = "ESModule" | "CommonJS" | "CompiledWasm" | "Text" | "Data" | "PythonModule";

export interface Module {
  /** The path it is imported by, relative to the main module, such as `lib/x.js`. */
  readonly name: string;
  readonly type: ModuleType;
  readonly contents: Uint8Array;
}

/** A store outside the cell, addressed by an id that never changes its meaning (never by a name that can be reused). */
export interface StoreAddress {
  readonly kind:
    | "KV"
    | "R2"
    | "D1"
    | "QUEUE"
    | "VECTORIZE"
    | "AI"
    | "RATELIMIT"
    | "ANALYTICS"
    | "EMAIL"
    | "SECRET";
  readonly id: string;
}

/** A binding with every name resolved to what it means at the time of the upload. */
export type ResolvedBinding =
  | { readonly kind: "text"; readonly name: string; readonly value: string }
  | { readonly kind: "json"; readonly name: string; readonly value: unknown }
  | {
      readonly kind: "store";
      readonly name: string;
      readonly store: StoreAddress;
      /** What the binding itself says, for what stands in `env`. @default - nothing */
      readonly settings?: Readonly<Record<string, unknown>>;
    }
  /** `script` is what the Workflow is called among the scripts, see `embedded/runtime/workflows`. */
  | { readonly kind: "workflow"; readonly name: string; readonly script: string }
  | {
      readonly kind: "service";
      readonly name: string;
      readonly script: string;
      readonly entrypoint?: string;
      readonly props?: unknown;
    }
  | {
      readonly kind: "object";
      readonly name: string;
      readonly className: string;
      readonly script: string;
      readonly namespaceId: string;
    }
  /** A database that is reached at this address, `postgres://user:password@host:port/database` or `mysql://…`. */
  | { readonly kind: "hyperdrive"; readonly name: string; readonly connectionString: string }
  | { readonly kind: "versionMetadata"; readonly name: string; readonly tag: string }
  | { readonly kind: "assets"; readonly name: string };

export interface Assets {
  /** A folder that holds the files as uploaded. */
  readonly directory: string;
  /** Cloudflare's `assets.config` as uploaded (html_handling, not_found_handling, run_worker_first …). */
  readonly config: Readonly<Record<string, unknown>>;
}

/** A Durable Object class that a script owns. `namespaceId` outlives renames and versions. */
export interface ObjectClass {
  readonly className: string;
  readonly namespaceId: string;
  readonly storage: "sqlite" | "legacy-kv";
  /** Its objects are not evicted while nobody calls them. @default false */
  readonly staysInMemory?: true;
}

/** All a cell needs to run one version of one script. */
export interface VersionSpec {
  /** The version's uuid. */
  readonly id: string;
  /** Undefined for a script of assets only. */
  readonly mainModule: string | undefined;
  readonly modules: readonly Module[];
  /** `YYYY-MM-DD`; later dates than the bundled workerd knows are clamped with a warning. */
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly bindings: readonly ResolvedBinding[];
  readonly objectClasses: readonly ObjectClass[];
  readonly assets: Assets | undefined;
  /** ISO 8601; shown to the worker by a version metadata binding. */
  readonly createdOn: string;
}

export interface ScriptName {
  readonly account: string;
  /** The account's name as it stands in the worker's host: `<script>.<accountName>.localhost`. */
  readonly accountName: string;
  readonly script: string;
}

export interface Split {
  readonly version: VersionSpec;
  /** All of a deployment add up to 100. At 0 a version answers only who asks for it by a version override. */
  readonly percentage: number;
}

/** A version that is asked for by a preview address, deployed or not. */
export interface Preview {
  readonly name: ScriptName;
  readonly versionId: string;
  readonly spec: () => VersionSpec;
}

/** What a host `<label>.<account name>.localhost` previews. */
export type PreviewAt = (accountName: string, label: string) => Preview | undefined;

/** What starting a version told about it. */
export interface Validation {
  /** `fetch`, `queue`, `scheduled` … of the default export. */
  readonly handlers: readonly string[];
  readonly namedHandlers: readonly { readonly name: string; readonly handlers: readonly string[] }[];
  readonly startupTimeMs: number;
  /** What was done kindly, such as a clamped compatibility date; shown to the user as API messages. */
  readonly warnings: readonly string[];
}

/** workerd refused the upload; `message` is its own text without our file paths. */
export class UploadRejected extends Error {
  /** Cloudflare's: 10021 for a script that does not start, 10068 without handlers, 10070 for a class not exported. */
  readonly code: number;
  constructor(message: string, code = 10021) {
    super(message);
    this.name = "UploadRejected";
    this.code = code;
  }
}

export interface QueueDelivery {
  readonly id: string;
  readonly timestampMs: number;
  readonly attempts: number;
  readonly contentType: "json" | "text" | "bytes" | "v8";
  readonly body: Uint8Array;
}

export interface QueueOutcome {
  /** workerd's outcome: `ok`, `exception`, `exceededCpu` … */
  readonly outcome: string;
  readonly ackAll: boolean;
  readonly retryAll: { readonly delaySeconds?: number } | undefined;
  readonly explicitAcks: readonly string[];
  readonly retries: readonly { readonly id: string; readonly delaySeconds?: number }[];
}

export interface LogLine {
  readonly account: string;
  readonly script: string;
  readonly version: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  readonly atMs: number;
}

/** One finished invocation, kept so that metrics can be answered. */
export interface Invocation {
  readonly account: string;
  readonly script: string;
  readonly version: string;
  readonly atMs: number;
  readonly wallMs: number;
  readonly status: number;
  /** True when the worker threw or workerd cut the request. */
  readonly exception: boolean;
  readonly event: InvocationEvent;
  /** What set it off: `GET /notes`, a queue's name, a cron. Without a query: there are tokens in some. */
  readonly trigger: string;
}

/** What kind of event an invocation answered. */
export type InvocationEvent = "fetch" | "rpc" | "websocket" | "queue" | "scheduled";

/** One invocation that ended, as a tail Worker is told of it: `event`, `outcome`, `logs`, `exceptions` … in workerd's own words. */
export interface Trace {
  readonly version: string;
  readonly item: Readonly<Record<string, unknown>>;
}

/** A Durable Object that was asked for at least once. */
export interface StoredObject {
  /** 64 hexadecimal characters. */
  readonly id: string;
  /** Whether anything is kept for it: a key, or a table of its own. */
  readonly hasStoredData: boolean;
}

export interface ObjectsPage {
  readonly objects: readonly StoredObject[];
  /** How many there are in all. */
  readonly total: number;
  /** Whether there are more behind these. */
  readonly more: boolean;
}

/** The workers: a cell a script and version, and the front door before them. */
export interface Compute {
  /** Starts the version in a throw-away cell without storage. Throws {@link UploadRejected}. */
  validate(name: ScriptName, version: VersionSpec): Promise<Validation>;
  /**
   * Makes this the script's deployment: starts what is new, moves the pointer, drains and ends what is old.
   * Throws {@link UploadRejected} with the old deployment still serving. An unchanged version keeps its cell.
   * `lazily`, for versions that ran before, as after a restart: a cell starts with its first request.
   */
  deploy(name: ScriptName, splits: readonly Split[], options?: { readonly lazily?: boolean }): Promise<void>;
  /** Ends the script's cells; `deleteObjects` removes its Durable Objects' storage too. */
  remove(name: ScriptName, options: { readonly deleteObjects: boolean }): Promise<void>;
  /** Hosts answer only while enabled; service bindings, queues and crons do not care. */
  setSubdomain(name: ScriptName, enabled: boolean): void;
  /** A batch finishes on the version where it started. */
  queue(name: ScriptName, queueName: string, messages: readonly QueueDelivery[]): Promise<QueueOutcome>;
  /** Asks the script's own default export where its Durable Objects live, past the front door; answers with parsed JSON. */
  ask(name: ScriptName, question: object): Promise<unknown>;
  scheduled(name: ScriptName, cron: string, atMs: number): Promise<{ readonly outcome: string }>;
  /** The Durable Objects of a namespace that were ever asked for, in order of their ids, beginning behind `after`. */
  storedObjects(
    namespaceId: string,
    page: { readonly after: string; readonly limit: number },
  ): Promise<ObjectsPage>;
  onLog(listener: (line: LogLine) => void): () => void;
  onInvocation(listener: (invocation: Invocation) => void): () => void;
  /** Hears of every invocation of the script until the returned function is called; nothing is collected while nobody watches. */
  watch(name: ScriptName, listener: (trace: Trace) => void): () => void;
  readonly frontPort: number;
  close(): Promise<void>;
}
