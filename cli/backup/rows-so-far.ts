/** How often a long reading says how far it is. */
const everyMs = 5_000;

/**
 * For whoever sits before a terminal: how many rows of a database were read so far, every few seconds. Elsewhere nothing, so that a log stays short.
 * @param now in milliseconds
 */
export function rowsSoFar(
  out: { readonly isTTY?: boolean; readonly write: (text: string) => unknown },
  now: () => number = () => performance.now(),
): (key: string, rows: number) => void {
  let last = now();
  return (key, rows) => {
    if (out.isTTY !== true || now() - last < everyMs) return;
    last = now();
    out.write(`${key}: ${rows} rows so far …\n`);
  };
}
