import {
  type Compute,
  type ScriptName,
  UploadRejected,
  type Validation,
  type VersionSpec,
} from "../../compute.ts";
import type { Cell } from "./cell.ts";
import type { CellRole } from "./cell-options.ts";
import { clampedDate } from "./cell-options.ts";
import { exportsSchema } from "./inspect.ts";

const noHandlers = "The uploaded script has no registered event handlers.";

/** Starts a version apart from everything, without storage, and says what it exports. */
export function validator(
  start: (name: ScriptName, version: VersionSpec, role: CellRole) => Promise<Cell>,
): Compute["validate"] {
  return async (name, version) => {
    const cell = await start(name, version, "trial");
    try {
      const exported =
        cell.inspectUrl === undefined
          ? { handlers: [], namedHandlers: [] }
          : exportsSchema.parse(await (await fetch(cell.inspectUrl)).json());
      if (cell.inspectUrl !== undefined) requireHandlers(version, exported);
      const { warning } = clampedDate(version.compatibilityDate);
      return {
        ...exported,
        startupTimeMs: Math.round(cell.startMs),
        warnings: warning === undefined ? [] : [warning],
      };
    } finally {
      await cell.stop();
    }
  };
}

function requireHandlers(
  version: VersionSpec,
  exported: Pick<Validation, "handlers" | "namedHandlers">,
): void {
  if (exported.handlers.length === 0 && exported.namedHandlers.every((h) => h.handlers.length === 0))
    throw new UploadRejected(noHandlers, 10068);
  for (const { className } of version.objectClasses)
    if (!exported.namedHandlers.some((h) => h.name === className && h.handlers.includes("class")))
      throw new UploadRejected(
        `Cannot apply new-class migration to class ${className} that is not exported by script`,
        10070,
      );
}
