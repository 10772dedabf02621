import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";

/** Where a key is looked for when the command names none: the key itself, or the path of its file. */
export const identityVariable = "LOCKSTEP_BACKUP_IDENTITY";

/** The secret key that opens backups. Throws UserError where there is none, or where others may read its file. */
export function identityFrom(file: string | undefined, folder: string, stage: string): string {
  const named = file ?? process.env[identityVariable] ?? "";
  if (named.startsWith("AGE-SECRET-KEY-")) return keyIn(named, identityVariable);
  if (named === "") throw missing("nothing", stage);
  const path = resolve(folder, named);
  if (!existsSync(path)) throw missing(`no file ${path}`, stage);
  if (!statSync(path).isFile()) throw missing(`not a file: ${path}`, stage);
  // Before its mode: nobody is told to change that of a file that is none of ours.
  const key = keyIn(readFileSync(path, "utf8"), path);
  if ((statSync(path).mode & 0o077) !== 0)
    throw new UserError({
      what: "Others on this machine may read the key of the backups",
      where: path,
      got: `mode ${(statSync(path).mode & 0o777).toString(8)}`,
      expected: "mode 600",
      fix: `chmod 600 ${path}`,
    });
  return key;
}

function keyIn(text: string, where: string): string {
  const found = text
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line.startsWith("AGE-SECRET-KEY-"));
  if (found !== undefined) return found;
  throw new UserError({
    what: "This is no secret key of age",
    where,
    got: "no line that begins with AGE-SECRET-KEY-",
    expected: "the file that was written when the key was made",
    fix: "name that file with --identity",
  });
}

const missing = (got: string, stage: string): UserError =>
  new UserError({
    what: "A backup is opened with the secret key of one of its recipients",
    where: `--identity, or the environment variable ${identityVariable}`,
    got,
    expected: "the file with the key, or the key itself in the variable",
    fix: sentence`name it: --identity <file>. It is what this wrote when the backups were set up: ${command("backup key", { stage, file: `lockstep-${stage}.key` })}. A key that is made now opens only backups that are taken from now on`,
  });

/** Makes a key and writes it where nothing is yet, for its owner alone; gives the public one. */
export async function makeKey(path: string): Promise<string> {
  const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  try {
    writeFileSync(path, `# public key: ${recipient}\n${identity}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new UserError(
      {
        what: "The key was not written",
        where: path,
        got: error instanceof Error ? error.message : String(error),
        expected:
          "a new file in a folder that is there: a key that is there already may be the only one that opens older backups",
        fix: "name another file",
      },
      { cause: error },
    );
  }
  return recipient;
}
