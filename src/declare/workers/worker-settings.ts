/**
 * What Cloudflare records of a worker's invocations, and where that goes.
 *
 * @example
 * const observability: Observability = { headSamplingRate: 0.1, traces: { enabled: true }, logs: { invocationLogs: false } };
 */
export interface Observability {
  /** Whether anything is recorded. @default true */
  readonly enabled?: boolean;
  /** Part of the invocations that is recorded, 0 to 1. @default 1 */
  readonly headSamplingRate?: number;
  /** What the code writes to its console. @default - recorded where observability is enabled */
  readonly logs?: Recorded & {
    /** Whether there is a line for each invocation. @default true */
    readonly invocationLogs?: boolean;
  };
  /** What each invocation waited for. @default - not recorded */
  readonly traces?: Recorded;
}

interface Recorded {
  /** @default - of logs: as observability; of traces: false */
  readonly enabled?: boolean;
  /** Part of the invocations, 0 to 1. @default 1 */
  readonly headSamplingRate?: number;
  /** Whether Cloudflare keeps it. @default true */
  readonly persist?: boolean;
  /** Names of destinations that it is exported to, as the dashboard has them. @default - none */
  readonly destinations?: readonly string[];
}

/**
 * Where the code runs: near the visitor without it; `smart`: near what it calls; or near a region of a cloud, a host that
 * answers HTTP, or a host and port that answer TCP.
 *
 * @example
 * const placement: Placement = { region: "aws:eu-central-1" };
 */
export type Placement =
  | "smart"
  | { readonly region: string }
  | { readonly hostname: string }
  | { readonly host: string };

/**
 * What one invocation may use.
 *
 * @example
 * const limits: Limits = { cpuMs: 100, subRequests: 50 };
 */
export interface Limits {
  /** Milliseconds of processor time, 1 to 300000. @default - Cloudflare's */
  readonly cpuMs?: number;
  /** Requests that it makes, 1 to 10000000. @default - Cloudflare's */
  readonly subRequests?: number;
}

/**
 * Settings of a worker that most leave as they are.
 *
 * @example
 * const quiet: WorkerSettings = { observability: { enabled: false }, limits: { cpuMs: 50 } };
 */
export interface WorkerSettings {
  /** What Cloudflare records of its invocations. @default - every invocation and its logs, no traces */
  readonly observability?: Observability;
  /** Whether its trace events are pushed to the account's Logpush jobs. @default false */
  readonly logpush?: boolean;
  /** Where it runs. @default - near the visitor */
  readonly placement?: Placement;
  /**
   * What one invocation may use. The embedded Cloudflare keeps the limits and does not enforce them. To end the last ones write `{}`:
   * left out, they would stay, which is refused. @default - Cloudflare's
   */
  readonly limits?: Limits;
  /** Whether each version has a `workers.dev` address of its own. @default false */
  readonly previewUrls?: boolean;
}
