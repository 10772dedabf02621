/** Whose metrics are wanted, and over which time. */
export interface Window {
  /** The worker's name at Cloudflare. */
  readonly script: string;
  /** Id of the version that is released. */
  readonly fresh: string;
  /** Id of the version before it. @default - it gets no requests any more */
  readonly stable: string | undefined;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Levels that both of Cloudflare's APIs tell. */
export const levels = [0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999] as const;
