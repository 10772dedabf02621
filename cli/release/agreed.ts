import type { Stage } from "../../src/project/stage.ts";

/** Words of a command line in which `--yes` has a value: the stage that stands behind it, or nothing. */
export function withAgreement(args: readonly string[], stages: readonly Stage[]): string[] {
  const own: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    const isNamed = stages.some(({ name }) => name === args[at + 1]);
    if (word === "--yes" || word === "-y") own.push(`--yes=${isNamed ? args[++at] : ""}`);
    else own.push(word);
  }
  return own;
}
