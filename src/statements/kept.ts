import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { writeWhole } from "../files/write-whole.ts";
import type { WorkerStatements } from "./of-worker.ts";
import { form } from "./statement.ts";

const shape = z.object({
  folders: z.record(z.string(), z.string()),
  workers: z.array(
    z.object({
      worker: z.string(),
      statements: z.array(
        z.object({ worker: z.string(), databases: z.array(z.string()), forms: z.array(form) }),
      ),
      elsewhere: z.number(),
      unread: z.string().exactOptional(),
    }),
  ),
});

/** What the code of a system gives to its databases. */
export interface SystemStatements {
  /** Name of each database that has migrations → their folder, from the project's root. */
  readonly folders: Readonly<Record<string, string>>;
  readonly workers: readonly WorkerStatements[];
}

const pathOf = (root: string, stage: string, system: string): string =>
  join(root, ".lockstep", "statements", stage, `${system}.json`);

/** Writes down, before anything is registered, what the code of this run gives to its databases: each run writes it anew. */
export function keepStatements(
  root: string,
  { stage, system }: { readonly stage: string; readonly system: string },
  statements: SystemStatements,
): void {
  const path = pathOf(root, stage, system);
  const text = JSON.stringify(statements);
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, text);
}

/**
 * What the code of this run gives to the databases of a system.
 * @returns undefined where no program ran: there is no code then that is about to be deployed
 */
export function keptStatements(root: string, stage: string, system: string): SystemStatements | undefined {
  const path = pathOf(root, stage, system);
  return existsSync(path) ? shape.parse(JSON.parse(readFileSync(path, "utf8"))) : undefined;
}
