/** Somebody's wish that a driver ends. The release is not ended by it. */
export interface ToldToEnd {
  /** The signal that said so; undefined until one comes. */
  readonly by: () => NodeJS.Signals | undefined;
  /** Aborted then. */
  readonly wake: AbortSignal;
  readonly end: () => void;
}

/** One press is heard twice where a runner between passes it on. */
const samePressMs = 500;

/**
 * Listens for Ctrl-C and SIGTERM: the first lets the driver end what it is at, a second ends the process at once. A terminal that closes
 * ends nothing: people meet the new version, and nobody else would hold it to its gates.
 */
export function toldToEnd(tell: (signal: NodeJS.Signals) => void): ToldToEnd {
  const stop = new AbortController();
  let by: NodeJS.Signals | undefined;
  let atMs = 0;
  const hear = (signal: NodeJS.Signals): void => {
    if (by !== undefined) {
      if (performance.now() - atMs > samePressMs) process.exit(130);
      return;
    }
    by = signal;
    atMs = performance.now();
    tell(signal);
    stop.abort();
  };
  const ignore = (): void => undefined;
  process.on("SIGINT", hear).on("SIGTERM", hear).on("SIGHUP", ignore);
  return {
    by: () => by,
    wake: stop.signal,
    end: () => void process.off("SIGINT", hear).off("SIGTERM", hear).off("SIGHUP", ignore),
  };
}
