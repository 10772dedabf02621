import { ApiError } from "../../cloudflare/api.ts";
import type { Account } from "../account.ts";
import type { ClassEntry } from "../store/manifest.ts";
import type { OpenBackup } from "../store/open.ts";
import { openDoor } from "./door.ts";
import { eachObject, putObject, type RestoredClass } from "./put.ts";
import { removeScript } from "./scripts.ts";
import { type ClassCode, deployStandIn } from "./stand-in.ts";

/** The code of a class, or why there is none. */
export type CodeOf = (entry: ClassEntry) => Promise<ClassCode | string>;

/**
 * Imports a class's objects into new ones that run the project's code of it, lets them export it again, and compares the bytes. Where there is no code,
 * the bytes are compared with their digests alone, and that is told.
 */
export async function drillClass(
  backup: OpenBackup,
  entry: ClassEntry,
  {
    account,
    script,
    codeOf,
  }: { readonly account: Account; readonly script: string; readonly codeOf: CodeOf },
): Promise<RestoredClass> {
  const begun = performance.now();
  const code = await codeOf(entry);
  const ended = (differences: readonly string[], told: readonly string[] = []): RestoredClass => ({
    ...{ entry, differences, told },
    seconds: (performance.now() - begun) / 1000,
  });
  const digestsAlone = async (why: string): Promise<RestoredClass> =>
    ended(await eachObject(backup, entry), [
      `its objects were compared with their digests alone, and no class read them: ${why}`,
    ]);
  if (typeof code === "string") return digestsAlone(code);
  try {
    await deployStandIn(account, script, entry.className, code);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return digestsAlone(`its code does not start without its bindings (${error.message})`);
  }
  const of = { key: entry.key, script, className: entry.className, methods: code.methods };
  const door = await openDoor(account, [of]);
  try {
    return ended(await eachObject(backup, entry, (object) => putObject(door, of, "name", object)));
  } finally {
    await door.close();
    await removeScript(account, script);
  }
}
