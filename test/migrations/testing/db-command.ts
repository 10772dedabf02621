import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect } from "vitest";
import type { Clone } from "../../clone.ts";

/** What a `db` command left. */
export interface DbRan {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `db <words>` in a clone, from a shell that `env` did not make and without a terminal; `input` is what is typed. */
export function db(
  { folder }: Pick<Clone, "folder">,
  words: readonly string[],
  input = "",
  cwd = folder,
  env: NodeJS.ProcessEnv = {},
): Promise<DbRan> {
  const child = spawn(process.execPath, [join(folder, "bin/lockstep.mjs"), "db", ...words], {
    // As just and npm do: in the project's folder, told where they were called.
    cwd: folder,
    env: { PATH: process.env["PATH"], INIT_CWD: cwd, ...env },
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  child.stdin.on("error", () => {}); // a command that reads nothing may end first
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
  });
}

/** Commands that have to succeed (`good` gives standard output, `json` the value in it), or to be refused (`bad` gives both outputs). */
export function expectDb(project: () => Pick<Clone, "folder">): {
  readonly good: (...words: string[]) => Promise<string>;
  readonly bad: (...words: string[]) => Promise<string>;
  readonly json: (...words: string[]) => Promise<unknown>;
} {
  const ended = async (words: readonly string[], expected: number): Promise<DbRan> => {
    const ran = await db(project(), words);
    expect(ran.code, `${words.join(" ")}\n${ran.out}${ran.err}`).toBe(expected);
    return ran;
  };
  const good = async (...words: string[]): Promise<string> => (await ended(words, 0)).out;
  return {
    good,
    async bad(...words) {
      const { out, err } = await ended(words, 1);
      return out + err;
    },
    json: async (...words) => JSON.parse(await good(...words, "--json")),
  };
}

/** A database of the dev account by its physical name, with these statements run in it; gives its id. */
export async function createDatabase(
  project: Clone,
  name: string,
  sql: readonly string[] = [],
): Promise<string> {
  const made = await project.api("dev", "POST", "/d1/database", { name });
  if (typeof made !== "object" || made === null || !("uuid" in made)) throw new Error(`${name}: no id`);
  const id = String(made.uuid);
  for (const each of sql) await project.api("dev", "POST", `/d1/database/${id}/query`, { sql: each });
  return id;
}
