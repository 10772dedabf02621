// @ts-check
// A lock between processes that a crashed holder cannot keep.
import { linkSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ToolchainError } from "./failure.mjs";

/**
 * Runs `work` while holding `<path>`; a second process waits until the first is done or dead.
 * @template T
 * @param {string} path the lock file; its folder must exist
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (holderPid: number) => void, pollMs?: number }} [options] `onWait` is called once, when somebody else holds it
 * @returns {Promise<T>}
 */
export async function withLock(path, work, options = {}) {
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) });
  let told = false;
  while (!take(path, mine)) {
    const holder = readHolder(path);
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      breakLock(path, holder.text);
      continue;
    }
    if (!told) options.onWait?.(holder.pid);
    told = true;
    await sleep(options.pollMs ?? 100);
  }
  try {
    return await work();
  } finally {
    if (readHolder(path)?.text === mine) rmSync(path, { force: true });
  }
}

/** The file appears with its content in one step (a link), so nobody ever reads half a holder.
 * @param {string} path @param {string} mine */
function take(path, mine) {
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
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

/** @param {string} path @returns {{ pid: number, started: string, text: string } | undefined} */
function readHolder(path) {
  try {
    const text = readFileSync(path, "utf8");
    return { ...JSON.parse(text), text };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    if (error instanceof SyntaxError) return { pid: 0, started: "", text: readFileSync(path, "utf8") };
    throw error;
  }
}

/** Only one of several waiters may remove a dead holder's file, or the second would remove the first one's new lock.
 * @param {string} path @param {string} deadText */
function breakLock(path, deadText) {
  const breaker = `${path}.break`;
  if (!take(breaker, String(process.pid))) {
    const age = ageMs(breaker);
    if (age !== undefined && age > 10_000) rmSync(breaker, { force: true });
    return;
  }
  try {
    if (readHolder(path)?.text === deadText) rmSync(path, { force: true });
  } finally {
    rmSync(breaker, { force: true });
  }
}

/** @param {string} path */
function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** A pid alone is not enough: after a reboot or on a busy machine it can be somebody else's.
 * @param {{ pid: number, started: string }} holder */
function isAlive(holder) {
  if (!(holder.pid > 0)) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
    if (codeOf(error) !== "EPERM") throw error;
  }
  return holder.started === "" || startOf(holder.pid) === holder.started;
}

/** The moment a process began, where the system tells it (Linux); "" elsewhere.
 * @param {number} pid */
export function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

/** @param {unknown} error @returns {string} */
function codeOf(error) {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
