import type { Compute, ScriptName, VersionSpec } from "../compute.ts";
import { type Cell, clampedDate } from "./cell.ts";
import type { CellRole } from "./cellOptions.ts";

/** Starts a version apart from everything, without storage, and says what it exports. */
export function validator(
  start: (name: ScriptName, version: VersionSpec, role: CellRole) => Promise<Cell>,
): Compute["validate"] {
  return async (name, version) => {
    const cell = await start(name, version, "trial");
    await cell.stop();
    const { warning } = clampedDate(version.compatibilityDate);
    return {
      handlers: version.mainModule === undefined ? [] : ["fetch"],
      namedHandlers: [],
      startupTimeMs: Math.round(cell.startMs),
      warnings: warning === undefined ? [] : [warning],
    };
  };
}
