import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../src/userError.ts";
import { openState, type State } from "./state.ts";

/** Makes the data folder; throws UserError when it cannot be one. */
export function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    throw unusable(dataDir, "a folder that can be made and written to", error);
  }
}

/** Opens the state in the data folder; throws UserError for a file that is none. */
export function openStateFile(dataDir: string): State {
  const file = join(dataDir, "state.sqlite");
  try {
    return openState(file);
  } catch (error) {
    throw unusable(file, "the state that an embedded Cloudflare wrote", error);
  }
}

const unusable = (where: string, expected: string, error: unknown): UserError =>
  new UserError(
    {
      what: "The data folder cannot be used",
      where,
      got: error instanceof Error ? error.message : String(error),
      expected,
      fix: "choose another folder with --data, or mend or remove this one",
    },
    { cause: error },
  );
