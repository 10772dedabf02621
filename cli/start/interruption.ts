/** A person's wish to end, while the process stays alive for it. */
export interface Interruption {
  /** Aborted by the first Ctrl-C (or SIGTERM, a closed terminal, or a reader of our output that has gone: `| head`). */
  readonly signal: AbortSignal;
  /** Resolves then. */
  readonly wanted: Promise<void>;
  /** Lets the process end when it has nothing more to do. */
  readonly end: () => void;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** npm passes on the Ctrl-C that the terminal gave to everybody: one press, heard twice. */
const samePressMs = 500;

/** Listens from now on; a second press ends the process at once. */
export function interruption(): Interruption {
  const stop = new AbortController();
  const awake = setInterval(() => undefined, 60_000);
  let wantedAtMs: number | undefined;
  const hear = (): void => {
    wantedAtMs ??= performance.now();
    if (performance.now() - wantedAtMs > samePressMs) process.exit(130);
    stop.abort();
  };
  for (const name of signals) process.on(name, hear);
  // Unheard, it would end the process at once, and what that started would live on.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => stop.abort());
  return {
    signal: stop.signal,
    wanted: new Promise((resolve) => stop.signal.addEventListener("abort", () => resolve(), { once: true })),
    // The signals stay heard: the press that npm repeats may arrive only now, and must not turn a clean end into a killed one.
    end: () => clearInterval(awake),
  };
}
