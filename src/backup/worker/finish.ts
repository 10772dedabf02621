import type { R2Bucket } from "@cloudflare/workers-types";
import { checksum } from "../../migrations/sql/checksum.ts";
import type { Head } from "../store/head.ts";
import type { Manifest } from "../store/manifest.ts";
import { type Into, putSealed } from "./files.ts";
import type { WorkerSettings } from "./settings.ts";
import type { Held } from "./under-way.ts";

const headFile = "head.json";
const manifestFile = "manifest.age";

/** Writes the manifest, and the head behind everything else; then nothing is under way any more. */
export async function finish(settings: WorkerSettings, into: Into, held: Held): Promise<void> {
  const { bucket, folder } = into;
  // An invocation that was killed behind the head left nothing to do but to clear away.
  const there = await bucket.get(`${folder}${headFile}`);
  const head: Head = there === null ? await writeHead(settings, into, held) : await there.json();
  await removeOthers(bucket, folder, new Set([...head.files.map(({ name }) => name), headFile]));
  await held.remove();
}

async function writeHead(settings: WorkerSettings, into: Into, held: Held): Promise<Head> {
  const { bucket, folder } = into;
  const { name, startedAt, files } = held.state();
  const manifest: Manifest = {
    ...{ format: "lockstep-manifest/2", name, tool: settings.tool },
    entries: files.map((file) => file.name).filter((file) => file.startsWith("entry-")),
    ...{ databases: [], namespaces: [], buckets: [], indexes: [], letters: [], versions: {} },
    notInBackup: [...settings.notInBackup],
  };
  // Whoever was taken over stops here, and leaves what another one writes.
  await held.save({});
  await bucket.delete(`${folder}${manifestFile}`);
  const sealed = await putSealed(into, manifestFile, `${JSON.stringify(manifest)}\n`);
  await held.save({});
  const head: Head = {
    ...{ format: "lockstep-backup/1", name, stage: settings.stage, target: settings.target },
    ...{ accountId: settings.accountId, startedAt, endedAt: new Date().toISOString() },
    previous: await previousOf(bucket, settings.prefix, name),
    files: [...files, sealed],
    // It has no key to sign with.
    by: "worker",
  };
  const text = `${JSON.stringify(head, null, 2)}\n`;
  const put = await bucket.put(`${folder}${headFile}`, text, { onlyIf: { etagDoesNotMatch: "*" } });
  if (put === null) throw new Error(`${folder}${headFile} is there already: another backup has this second`);
  return head;
}

/** The newest backup that is there, and the digest of its head. */
async function previousOf(bucket: R2Bucket, prefix: string, own: string): Promise<Head["previous"]> {
  let newest: string | undefined;
  for (let cursor: string | undefined; ; ) {
    // Every name of a backup begins with its year.
    const listed = await bucket.list({
      ...{ prefix: `${prefix}2`, delimiter: "/" },
      ...(cursor !== undefined && { cursor }),
    });
    for (const folder of listed.delimitedPrefixes) {
      const name = folder.slice(prefix.length, -1);
      if (!/^\d{8}T\d{6}Z$/.test(name) || name >= own || (newest !== undefined && name < newest)) continue;
      if ((await bucket.head(`${folder}${headFile}`)) !== null) newest = name;
    }
    if (!listed.truncated) break;
    cursor = listed.cursor;
  }
  if (newest === undefined) return null;
  const head = await bucket.get(`${prefix}${newest}/${headFile}`);
  return head === null ? null : { name: newest, digest: checksum(await head.text()) };
}

/** What invocations left that were killed. */
async function removeOthers(bucket: R2Bucket, folder: string, own: ReadonlySet<string>): Promise<void> {
  for (let cursor: string | undefined; ; ) {
    const listed = await bucket.list({ prefix: folder, ...(cursor !== undefined && { cursor }) });
    const others = listed.objects.map(({ key }) => key).filter((key) => !own.has(key.slice(folder.length)));
    if (others.length > 0) await bucket.delete(others);
    if (!listed.truncated) return;
    cursor = listed.cursor;
  }
}
