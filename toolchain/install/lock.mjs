// @ts-check
// A lock between processes that a crashed holder cannot keep.
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ToolchainError } from "./failure.mjs";

/** @typedef {{ pid: number, started: string }} Owner a process: its number and the moment it began */

/**
 * Runs `work` while holding `<path>`; a second process waits until the first is done or dead.
 * @template T
 * @param {string} path the lock file; its folder must exist
 * @param {(holdWith: (pid: number) => void) => Promise<T>} work `holdWith` names a process that does the work: should this one be killed, the lock holds until that one has ended too
 * @param {{ onWait?: (holderPid: number) => void, pollMs?: number, signal?: AbortSignal | undefined }} [options] `onWait` is called once, when somebody else holds it; `signal` ends the waiting
 * @returns {Promise<T>}
 */
export async function withLock(path, work, options = {}) {
  const me = ownerOf(process.pid);
  let mine = JSON.stringify(me);
  const wait = () =>
    sleep(options.pollMs ?? 100, undefined, options.signal ? { signal: options.signal } : {});
  let told = false;
  while (!take(path, mine)) {
    const holder = readHolder(path);
    if (holder === undefined) continue;
    const alive = holder.owners.find(isAlive);
    if (alive === undefined) {
      if (!breakLock(path, holder.text, mine)) await wait();
      continue;
    }
    if (!told) options.onWait?.(alive.pid);
    told = true;
    await wait();
  }
  try {
    return await work((pid) => {
      mine = JSON.stringify({ ...me, worker: ownerOf(pid) });
      const draft = draftOf(path);
      writeDraft(draft, mine);
      renameSync(draft, path);
    });
  } finally {
    if (readHolder(path)?.text === mine) rmSync(path, { force: true });
  }
}

/** @param {number} pid @returns {Owner} */
const ownerOf = (pid) => ({ pid, started: startOf(pid) });

/** @param {string} path */
const draftOf = (path) => `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;

/** The file appears with its content in one step (a link), so nobody ever reads half a holder.
 * @param {string} path @param {string} mine */
function take(path, mine) {
  const draft = draftOf(path);
  writeDraft(draft, mine);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** The first thing that is written, so the place to say that nothing can be.
 * @param {string} draft @param {string} mine */
function writeDraft(draft, mine) {
  try {
    writeFileSync(draft, mine);
  } catch (error) {
    if (!["EROFS", "EACCES", "EPERM", "ENOSPC", "EDQUOT"].includes(codeOf(error))) throw error;
    throw new ToolchainError(
      {
        what: "A folder that has to be written to cannot be",
        where: dirname(draft),
        got: error instanceof Error ? error.message : String(error),
        expected: "a folder of yours on a disk with room",
        fix: "mend its owner or rights, make room, or clone to another place",
      },
      { cause: error },
    );
  }
}

/** @param {string} path @returns {{ owners: Owner[], text: string } | undefined} no owners: a file that nobody can have written whole */
function readHolder(path) {
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  return { owners: ownersIn(text), text };
}

/** @param {string} text @returns {Owner[]} */
function ownersIn(text) {
  try {
    const { pid, started, worker } = JSON.parse(text);
    return [{ pid, started }, ...(worker === undefined ? [] : [worker])];
  } catch {
    return [];
  }
}

/** Only one of several waiters may remove a dead holder's file, or the second would remove the first one's new lock.
 * @param {string} path @param {string} deadText @param {string} mine @returns {boolean} false when somebody else is at it */
function breakLock(path, deadText, mine) {
  const breaker = `${path}.break`;
  if (!take(breaker, mine)) {
    const other = readHolder(breaker);
    if (other !== undefined && !other.owners.some(isAlive)) rmSync(breaker, { force: true });
    return false;
  }
  try {
    if (readHolder(path)?.text === deadText) rmSync(path, { force: true });
    return true;
  } finally {
    rmSync(breaker, { force: true });
  }
}

/** A pid alone is not enough: after a reboot or on a busy machine it can be somebody else's.
 * @param {Owner} owner */
function isAlive({ pid, started }) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
    if (codeOf(error) !== "EPERM") throw error;
  }
  return started === "" || startOf(pid) === started;
}

/** The moment a process began, where the system tells it (Linux); "" elsewhere, "ended" for one that is dead and that its parent has not waited for.
 * @param {number} pid */
export function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" || state === "X" ? "ended" : (rest[18] ?? "");
  } catch {
    return "";
  }
}

/** @param {unknown} error @returns {string} */
function codeOf(error) {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
