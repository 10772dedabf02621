import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stage } from "../../../src/project/stage.ts";
import type { ExportedResource } from "../../../src/reality/state.ts";
import { applied } from "../applied.ts";
import { pulumiText, type Run } from "../engine/pulumi.ts";
import { changesOf, planDigest } from "../plan/plan-digest.ts";
import { beyondRepair } from "./beyond-repair.ts";

/** The engine's part of a repair. */
export interface EnginePart {
  /** Its plan as it saves one; undefined where nothing is left to it. */
  readonly plan: string | undefined;
  /** What it is limited to. */
  readonly urns: readonly string[];
  /** What it would do more than put back, by the resource that it would do it to: that is left to a person. */
  readonly beyond: ReadonlyMap<string, readonly string[]>;
}

/** Plans with the engine to put these resources back alone, after it has looked at them. */
export async function enginePart(
  urns: readonly string[],
  state: readonly ExportedResource[],
  stage: Stage,
  run: Run,
): Promise<EnginePart> {
  if (urns.length === 0) return { plan: undefined, urns, beyond: new Map() };
  const folder = mkdtempSync(join(tmpdir(), "lockstep-repair-"));
  try {
    const file = join(folder, "plan.json");
    const args = ["preview", ...targets(urns, stage), "--json", "--save-plan", file];
    const beyond = beyondRepair(changesOf(planDigest.parse(JSON.parse(await pulumiText(args, run)))), state);
    if (beyond.size === 0) return { plan: readFileSync(file, "utf8"), urns, beyond };
    const rest = await enginePart(
      urns.filter((urn) => !beyond.has(urn)),
      state,
      stage,
      run,
    );
    return { ...rest, beyond: new Map([...beyond, ...rest.beyond]) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Applies exactly that plan; gives the engine's exit code. */
export async function applyEnginePlan(
  plan: string,
  urns: readonly string[],
  stage: Stage,
  run: Run,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-repair-"));
  try {
    const file = join(folder, "plan.json");
    writeFileSync(file, plan, { mode: 0o600 });
    return await applied(
      ["up", ...targets(urns, stage), "--plan", file, "--skip-preview", "--yes", "--suppress-outputs"],
      run,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const targets = (urns: readonly string[], stage: Stage): readonly string[] => [
  ...["--stack", stage.name, "--refresh"],
  ...urns.flatMap((urn) => ["--target", urn]),
];
