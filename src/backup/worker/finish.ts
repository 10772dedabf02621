import { z } from "zod";
import { checksum } from "../../migrations/sql/checksum.ts";
import type { Head } from "../store/head.ts";
import type { Manifest } from "../store/manifest.ts";
import { type Into, putSealed } from "./files.ts";
import type { Place } from "./place/place.ts";
import type { WorkerSettings } from "./settings.ts";
import type { Held } from "./under-way.ts";

const headFile = "head.json";
const manifestFile = "manifest.age";
const listed = z.object({ files: z.array(z.object({ name: z.string() })) });

/** Writes the manifest, and the head behind everything else; then nothing is under way any more. */
export async function finish(settings: WorkerSettings, into: Into, held: Held): Promise<void> {
  const { place, folder } = into;
  // An invocation that was killed behind the head left nothing to do but to clear away.
  const there = await place.get(`${folder}${headFile}`);
  const { files } =
    there === undefined ? await writeHead(settings, into, held) : listed.parse(JSON.parse(there.text));
  const own = new Set([...files.map(({ name }) => name), headFile]);
  // What invocations left that were killed.
  const others = (await place.keys(folder)).filter((key) => !own.has(key.slice(folder.length)));
  if (others.length > 0) await place.remove(others);
  await held.remove();
}

async function writeHead(settings: WorkerSettings, into: Into, held: Held): Promise<Head> {
  const { place, folder } = into;
  const { name, startedAt, files } = held.state();
  const manifest: Manifest = {
    ...{ format: "lockstep-manifest/2", name, tool: settings.tool },
    entries: files.map((file) => file.name).filter((file) => file.startsWith("entry-")),
    ...{ databases: [], namespaces: [], buckets: [], indexes: [], letters: [], classes: [] },
    versions: {},
    notInBackup: [...settings.notInBackup],
  };
  // Whoever was taken over stops here, and leaves what another one writes.
  await held.save({});
  await place.remove([`${folder}${manifestFile}`]);
  const sealed = await putSealed(into, manifestFile, `${JSON.stringify(manifest)}\n`);
  await held.save({});
  const head: Head = {
    ...{ format: "lockstep-backup/1", name, stage: settings.stage, target: settings.target },
    ...{ accountId: settings.accountId, startedAt, endedAt: new Date().toISOString() },
    previous: await previousOf(place, settings.prefix, name),
    files: [...files, sealed],
    // It has no key to sign with.
    by: "worker",
  };
  const text = `${JSON.stringify(head, null, 2)}\n`;
  if ((await place.put(`${folder}${headFile}`, Buffer.from(text), "whereNothingIs")) === undefined)
    throw new Error(`${folder}${headFile} is there already: another backup has this second`);
  return head;
}

/** The newest backup that is there, and the digest of its head. */
async function previousOf(place: Place, prefix: string, own: string): Promise<Head["previous"]> {
  // Every name of a backup begins with its year.
  const names = (await place.folders(`${prefix}2`))
    .map((rest) => `2${rest}`)
    .filter((name) => /^\d{8}T\d{6}Z$/.test(name) && name < own);
  for (const name of names.toSorted().toReversed()) {
    const head = await place.get(`${prefix}${name}/${headFile}`);
    if (head !== undefined) return { name, digest: checksum(head.text) };
  }
  return null;
}
