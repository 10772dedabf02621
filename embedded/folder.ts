import { join, sep } from "node:path";
import { z } from "zod";
import { UserError } from "../src/diagnostic/user-error.ts";
import { ownFolder } from "../src/files/own-folder.ts";
import { openState, type State } from "./state.ts";

/** Makes the data folder, which its owner alone can look into; throws UserError when it cannot be one. */
export function makeFolder(dataDir: string): void {
  try {
    ownFolder(dataDir);
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

/**
 * What a start failed with, for the user where it is the folder: a file in it that is damaged, that this version does not
 * understand, or that it must not write. Nothing in it was changed. Any other error is given back as it is.
 */
export function folderFailure(dataDir: string, error: unknown): unknown {
  const ofSqlite = error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
  const ofFiles =
    error instanceof Error && "path" in error && String(error.path).startsWith(`${dataDir}${sep}`);
  if (!ofSqlite && !ofFiles && !(error instanceof z.ZodError)) return error;
  const got = error instanceof z.ZodError ? new Error(z.prettifyError(error), { cause: error }) : error;
  return unusable(dataDir, "what this version of the embedded Cloudflare wrote, undamaged and writable", got);
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
