// @ts-check
// The official release: archive and checksums from where Pulumi publishes them; on a closed network this gives up in seconds.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ToolchainError } from "../install/failure.mjs";
import { startProgress } from "../install/progress.mjs";
import { removeOldDrafts, wantedVersion } from "./wanted.mjs";

const publisher = "https://github.com/pulumi/pulumi/releases/download";
const probeMs = 5_000;
const stallMs = 30_000;

/** Names of the release's archives, as published. Undefined where Pulumi publishes none.
 * @param {string} version */
export function archiveName(version) {
  const os = { linux: "linux", darwin: "darwin" }[String(process.platform)];
  const arch = { x64: "x64", arm64: "arm64" }[String(process.arch)];
  return os === undefined || arch === undefined ? undefined : `pulumi-v${version}-${os}-${arch}.tar.gz`;
}

/** Downloads the pinned release into `folder`, which appears complete or not at all.
 * @param {string} folder @param {NodeJS.ProcessEnv} env @param {AbortSignal} [signal]
 * @returns {Promise<{ installed: true } | { installed: false, reason: string }>} */
export async function download(folder, env, signal) {
  const version = wantedVersion();
  const archive = archiveName(version);
  if (archive === undefined)
    return { installed: false, reason: `no release for ${process.platform}-${process.arch}` };
  const from = `${(env.LOCKSTEP_ENGINE_RELEASES ?? publisher).replace(/\/$/, "")}/v${version}`;
  const listed = await expectedChecksum(`${from}/pulumi-${version}-checksums.txt`, archive);
  if ("reason" in listed) return { installed: false, reason: listed.reason };

  const progress = startProgress(`Downloading Pulumi ${version}`);
  mkdirSync(dirname(folder), { recursive: true });
  removeOldDrafts(folder);
  const draft = mkdtempSync(`${folder}.draft-`);
  try {
    const bytes = await fetchAll(`${from}/${archive}`, progress, signal);
    const got = createHash("sha256").update(bytes).digest("hex");
    if (got !== listed.sha256)
      throw new ToolchainError({
        what: "The downloaded Pulumi archive is not what its publisher lists",
        where: `${from}/${archive}`,
        got: `sha256 ${got}`,
        expected: `sha256 ${listed.sha256}`,
        fix: "run the command again; if it stays so, a proxy alters downloads: install Pulumi yourself and put it on PATH",
      });
    const file = join(draft, archive);
    await writeFile(file, bytes);
    await promisify(execFile)("tar", ["-xzf", file, "-C", draft]);
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(draft, "pulumi"), folder);
    progress.done(`Pulumi ${version} downloaded`);
    return { installed: true };
  } catch (error) {
    progress.done();
    if (error instanceof ToolchainError) throw error;
    return { installed: false, reason: reasonOf(error) };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** @param {string} url @param {string} archive @returns {Promise<{ sha256: string } | { reason: string }>} */
async function expectedChecksum(url, archive) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(probeMs) });
    if (!response.ok) return { reason: `${url} answered ${response.status}` };
    const line = (await response.text()).split("\n").find((l) => l.trim().endsWith(` ${archive}`));
    const sha256 = line?.trim().split(/\s+/)[0];
    return sha256 === undefined ? { reason: `${url} does not list ${archive}` } : { sha256 };
  } catch (error) {
    return { reason: `${new URL(url).host}: ${reasonOf(error)}` };
  }
}

/** A download that stands still for half a minute has failed; one that is merely slow has not.
 * @param {string} url @param {import("../install/progress.mjs").Progress} progress @param {AbortSignal} [signal] */
async function fetchAll(url, progress, signal) {
  const stalled = new AbortController();
  const onStop = () => stalled.abort(signal?.reason);
  signal?.addEventListener("abort", onStop, { once: true });
  let timer = setTimeout(() => stalled.abort(new Error(`nothing received for ${stallMs / 1000} s`)), stallMs);
  try {
    const response = await fetch(url, { signal: stalled.signal });
    if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`);
    const totalBytes = Number(response.headers.get("content-length") ?? 0);
    /** @type {Uint8Array[]} */
    const parts = [];
    let received = 0;
    for await (const part of response.body) {
      clearTimeout(timer);
      timer = setTimeout(() => stalled.abort(new Error(`nothing received for ${stallMs / 1000} s`)), stallMs);
      parts.push(part);
      received += part.length;
      progress.say(`${megabytes(received)}${totalBytes > 0 ? ` of ${megabytes(totalBytes)}` : ""}`);
    }
    return Buffer.concat(parts);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onStop);
  }
}

/** @param {number} bytes */
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

/** @param {unknown} error */
const reasonOf = (error) => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
};
