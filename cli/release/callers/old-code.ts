import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ExportedResource } from "../../../src/reality/state.ts";
import type { OldCode } from "./callers.ts";

const inputs = z.object({
  mainModule: z.string(),
  modules: z.array(z.object({ name: z.string(), contentFile: z.string() })),
});

/** The code of the versions that the stack made last, where this machine built them or another one with the same bytes. */
export const oldCodeOf =
  (state: readonly ExportedResource[], root: string): OldCode =>
  async (label, version) => {
    const made = state.find(
      ({ type, name, outputs }) =>
        type.endsWith(":WorkerVersion") && name === label && outputs["id"] === version,
    );
    const read = inputs.safeParse(made?.inputs);
    if (!read.success) return undefined;
    const main = read.data.modules.find(({ name }) => name === read.data.mainModule);
    const file = main === undefined ? undefined : join(root, main.contentFile);
    return file !== undefined && existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
