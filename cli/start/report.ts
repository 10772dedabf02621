/** How a person follows a run: one line a step on stderr, so that stdout stays for what a machine reads. */
export interface Report {
  /** Runs a step and says how long it took; what it throws passes through, marked as the step that failed. */
  readonly step: <T>(title: string, work: (progress: (text: string) => void) => Promise<T>) => Promise<T>;
  readonly line: (text: string) => void;
  /** Seconds by step title. */
  readonly timings: Readonly<Record<string, number>>;
}

/** Colours only where a terminal shows them and nobody asked for none. */
export const colours = (stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";

export function report(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Report {
  const coloured = colours(stream, env);
  const paint = (code: number, text: string): string => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
  const timings: Record<string, number> = {};
  return {
    timings,
    line: (text) => void stream.write(`${text}\n`),
    async step(title, work) {
      const startMs = performance.now();
      const seconds = (): number => Math.round((performance.now() - startMs) / 10) / 100;
      let shown = "";
      const draw = (text: string): void => {
        shown = text;
        if (stream.isTTY !== true) return;
        // A line that wraps could not be taken back.
        const width = Math.max(20, (stream.columns ?? 80) - 1);
        const line = `  ${title}${text === "" ? " …" : `  ${text}`}`;
        stream.write(`\r\u001b[2K${line.length > width ? `${line.slice(0, width - 1)}…` : line}`);
      };
      draw("");
      try {
        const result = await work(draw);
        timings[title] = seconds();
        stream.write(
          `${stream.isTTY === true ? "\r\u001b[2K" : ""}${paint(32, "✓")} ${title}${shown === "" ? "" : `  ${shown}`}  ${paint(2, `${seconds().toFixed(1)} s`)}\n`,
        );
        return result;
      } catch (error) {
        stream.write(
          `${stream.isTTY === true ? "\r\u001b[2K" : ""}${paint(31, "✗")} ${title}  ${paint(2, `${seconds().toFixed(1)} s`)}\n`,
        );
        throw error;
      }
    },
  };
}
