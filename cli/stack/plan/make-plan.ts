import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWhole } from "../../../src/files/write-whole.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { variableLines } from "../../../src/reality/variable-text.ts";
import { pulumiText, type Run } from "../engine/pulumi.ts";
import type { Request } from "../request.ts";
import { stackFileOf } from "../stack-file.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { type PlanDigest, planDigest } from "./plan-digest.ts";

/** A folder that nobody else may read, gone afterwards: a plan has values of the stack in it. */
export async function inPrivateFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-plan-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Saves a plan and reads it, its secrets encrypted in the one and hidden in the other; undefined where there is none. The file is whole or as it
 * was, and at no time another person's to read.
 */
export const makePlan = (
  preview: readonly string[],
  file: string,
  run: Run,
): Promise<PlanDigest | undefined> =>
  inPrivateFolder(async (folder) => {
    const own = join(folder, "plan.json");
    const said = await pulumiText([...preview, "--json", "--save-plan", own], run).catch(() => undefined);
    if (said === undefined) return undefined;
    writeWhole(file, readFileSync(own), 0o600);
    return planDigest.parse(JSON.parse(said));
  });

/** What a plan was made from. */
export const madeFromOf = ({ target }: Pick<Request, "target">, stage: Stage, { root }: Run): string =>
  fingerprintOf(root, stackFileOf(stage, target, root));

/** What the program said, but for what the summary shows of it. */
export function tellMessages({ diagnostics }: PlanDigest): void {
  for (const { message } of diagnostics ?? [])
    if (variableLines(message ?? "") === undefined) process.stderr.write(`${(message ?? "").trimEnd()}\n`);
}
