import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../../diagnostic/user-error.ts";
import { isRunning } from "../../process/is-running.ts";
import { readHead } from "../store/head.ts";
import { foldersIn } from "../store/heads.ts";
import { requireWhole } from "../store/unsealed.ts";
import { listFile, readList, storeFolder } from "./store.ts";

/** What becomes of the store when only some backups stay. */
export interface Collected {
  /** Files that a backup refers to. */
  readonly used: number;
  readonly removed: number;
  readonly removedBytes: number;
}

const marker = "collecting";

/** Throws UserError where files of the store are being removed at this moment: a backup might refer to one of them. */
export function refuseCollecting(folder: string): void {
  const store = storeFolder(folder);
  const pid = markers(store).find(isRunning);
  if (pid === undefined) return;
  throw new UserError({
    what: "Old objects are being removed from the backups; no backup was written",
    where: store,
    got: `process ${pid}, which does it`,
    expected: "one of the two at a time",
    fix: "run it again in a minute",
  });
}

/**
 * Removes the files of the store that none of the backups which stay refers to. It refuses to remove any where a list cannot be read, or was changed,
 * and while a backup is written.
 * @param stays names of backups @default all that are there, also those that cannot be read: nobody knows what they refer to
 */
export async function collect(
  folder: string,
  {
    stays = foldersIn(folder),
    dryRun = false,
  }: { readonly stays?: readonly string[]; readonly dryRun?: boolean } = {},
): Promise<Collected> {
  const store = storeFolder(folder);
  if (!existsSync(store)) return { used: 0, removed: 0, removedBytes: 0 };
  const mark = join(store, `${marker}.${process.pid}`);
  mkdirSync(store, { recursive: true, mode: 0o700 });
  if (!dryRun) writeFileSync(mark, "", { mode: 0o600 });
  try {
    if (!dryRun) refuseTaking(folder);
    const used = await usedBy(folder, stays);
    let removed = 0;
    let removedBytes = 0;
    for (const path of filesIn(store)) {
      if (used.has(basename(path, ".age"))) continue;
      removed++;
      removedBytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (!dryRun) rmSync(path, { force: true });
    }
    return { used: used.size, removed, removedBytes };
  } finally {
    rmSync(mark, { force: true });
  }
}

async function usedBy(folder: string, stays: readonly string[]): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  for (const name of stays) {
    const { head, folder: path } = readHead(join(folder, name));
    const list = head.files.find((file) => file.name === listFile);
    if (list === undefined) continue;
    await requireWhole(join(path, listFile), list);
    for await (const { id } of readList(join(path, listFile))) used.add(id);
  }
  return used;
}

/** Also what a run left that was killed in the middle of a file. */
function* filesIn(store: string): Generator<string> {
  for (const shard of readdirSync(store))
    if (/^[0-9a-f]{2}$/.test(shard))
      for (const name of readdirSync(join(store, shard))) yield join(store, shard, name);
}

const markers = (store: string): readonly number[] =>
  existsSync(store)
    ? readdirSync(store).flatMap((name) => {
        const pid = new RegExp(`^${marker}\\.(\\d+)$`).exec(name)?.[1];
        return pid === undefined ? [] : [Number(pid)];
      })
    : [];

function refuseTaking(folder: string): void {
  const draft = readdirSync(folder).find((name) => {
    const pid = /^\d{8}T\d{6}Z\.(\d+)\.draft$/.exec(name)?.[1];
    return pid !== undefined && isRunning(Number(pid));
  });
  if (draft === undefined) return;
  throw new UserError({
    what: "A backup is being written, which may refer to objects that nobody else does; no object was removed",
    where: folder,
    got: draft,
    expected: "no backup that is being written",
    fix: "run it again afterwards: backups that were let go stay so",
  });
}
