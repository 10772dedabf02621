import { databaseFor } from "../../../src/backup/databases.ts";
import { namespaceFor } from "../../../src/backup/kv/namespaces.ts";
import { queueFor } from "../../../src/backup/letters/letters.ts";
import { restoreLetters } from "../../../src/backup/letters/restore.ts";
import {
  restoreAndCompare,
  restoreBucket,
  restoreIndex,
  restoreNamespace,
} from "../../../src/backup/prove.ts";
import { openBackup } from "../../../src/backup/store/open.ts";
import { unitOf } from "../../../src/cloudflare/contents/plural.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { inPlace } from "../../../src/diagnostic/sentence.ts";
import { switchedNames } from "../../../toolchain/stacks/switched-stages.ts";
import { table } from "../../../toolchain/table.ts";
import { agree } from "../../db/agree.ts";
import type { ProjectPlace } from "../../place.ts";
import { chosenBackup } from "../chosen.ts";
import { broughtHere, depotFor } from "../depot.ts";
import { identityFrom } from "../keys/identity.ts";
import type { Request } from "../request.ts";
import { siteOf } from "../site.ts";
import { cheaper } from "./cheaper.ts";
import { nameBeside, serving } from "./named.ts";
import { classLines, costLine, ledgerLines, sinceLines } from "./told.ts";

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Shows what a backup has and what was written since, asks, and restores it into new databases. */
export async function restoreInto(
  request: Request,
  { root, folder, project }: ProjectPlace,
): Promise<number> {
  const { stage, target } = request;
  const depot = await depotFor(request, root);
  const read = chosenBackup(request, depot.folder, { root, folder, project });
  for (const line of read.told) say(line);
  await broughtHere(depot, read);
  const backup = await openBackup(read, identityFrom(request.identity, folder, stage.name));
  const { databases, namespaces, buckets, indexes, letters, notInBackup } = backup.manifest;
  const site = await siteOf(request, target, root);
  // Also what an earlier restore of this backup made, and what has been put in place since.
  const taken = new Set([
    ...project.systems.flatMap(({ resources }) => resources.map((each) => physicalName(each, stage))),
    ...switchedNames(stage.name, root, target),
  ]);
  // The longest name that all of them take.
  const nameOf = (physical: string): string => nameBeside(physical, read.head.name, 63, taken);
  say(
    `Backup ${read.head.name} of ${stage.name}, begun at ${read.head.startedAt}, account ${read.head.accountId}:\n`,
  );
  say(
    table(
      ["database", "rows", "into the new database"],
      databases.map(({ key, tables, physicalName }) => [
        key,
        tables.reduce((sum, { rows }) => sum + rows, 0),
        nameOf(physicalName),
      ]),
    ),
  );
  if (namespaces.length > 0)
    say(
      `\n${table(
        ["namespace", "keys", "into the new namespace"],
        namespaces.map(({ key, keys, title }) => [key, keys, nameOf(title)]),
      )}`,
    );
  if (buckets.length > 0)
    say(
      `\n${table(
        ["bucket", "objects", "bytes", "into the new bucket"],
        buckets.map((each) => [each.key, each.objects, each.bytes, nameOf(each.physicalName)]),
      )}`,
    );
  if (indexes.length > 0)
    say(
      `\n${table(
        ["index", "vectors", "into the new index"],
        indexes.map((each) => [each.key, each.vectors, nameOf(each.physicalName)]),
      )}`,
    );
  for (const { key, messages, physicalName } of letters.filter((each) => each.messages > 0))
    say(`\n${key}: ${messages} dead letters, into the new queue ${nameOf(physicalName)}`);
  if (databases.length > 0) say(costLine(databases));
  const live = await Promise.all(
    databases.map(async (entry) => ({
      entry,
      key: entry.key,
      id: await serving(site, entry, project, stage),
    })),
  );
  const quicker = await cheaper(read.head, live, site);
  if (quicker !== undefined) say(inPlace(quicker, placeOfTarget(stage.name, target, root)));
  say("\nWritten since, and not in it:");
  for (const { entry, id } of live)
    for (const line of await sinceLines(site, backup, entry, id)) say(`  ${line}`);
  for (const line of databases.flatMap((entry) => ledgerLines(project, entry, root))) say(line);
  for (const line of notInBackup) say(line);
  for (const line of classLines(backup.manifest.classes)) say(line);
  say("What serves stays as it is: nothing is written to it.");
  await agree(stage, "Make these beside those of", { text: () => request.yes });
  let differing = 0;
  for (const entry of databases) {
    say(`${entry.key}: restoring and comparing …`);
    const made = await databaseFor(site, nameOf(entry.physicalName), entry.key);
    const { differences, rows, seconds } = await restoreAndCompare(backup, entry, made, { mayBeDone: true });
    differing += differences.length;
    process.stdout.write(
      `${entry.key}: ${made.name} (${made.id}), ${rows} rows in ${seconds.toFixed(1)} s, ${differences.length === 0 ? "the same as the backup, row by row" : "NOT the same:"}\n`,
    );
    for (const difference of differences) process.stdout.write(`  ${difference}\n`);
  }
  for (const entry of namespaces) {
    say(`${entry.key}: restoring and comparing …`);
    const id = await namespaceFor(site, nameOf(entry.title));
    const { differences, expired, seconds } = await restoreNamespace(
      backup,
      entry,
      site,
      id,
      target === "embedded" ? 1 : 4,
    );
    differing += differences.length;
    process.stdout.write(
      `${entry.key}: ${nameOf(entry.title)} (${id}), ${entry.keys - expired} ${unitOf(entry.keys - expired, "keys")} in ${seconds.toFixed(1)} s (${expired} have expired since), ${differences.length === 0 ? "the same as the backup" : "NOT the same:"}\n`,
    );
    for (const difference of differences) process.stdout.write(`  ${difference}\n`);
  }
  for (const entry of buckets) {
    say(`${entry.key}: restoring and comparing …`);
    const name = nameOf(entry.physicalName);
    const place = { name, jurisdiction: entry.jurisdiction };
    const { differences, told, seconds } = await restoreBucket(backup, entry, site, place);
    differing += differences.length;
    process.stdout.write(
      `${entry.key}: ${name}, ${entry.objects} ${unitOf(entry.objects, "objects")} in ${seconds.toFixed(1)} s, ${differences.length === 0 ? "the same as the backup, byte by byte" : "NOT the same:"}\n`,
    );
    for (const line of [...differences, ...told, ...entry.without.map((each) => `without ${each}`)])
      process.stdout.write(`  ${line}\n`);
  }
  for (const entry of indexes) {
    say(`${entry.key}: restoring and comparing …`);
    const name = nameOf(entry.physicalName);
    const { differences, seconds } = await restoreIndex(backup, entry, site, name);
    differing += differences.length;
    process.stdout.write(
      `${entry.key}: ${name}, ${entry.vectors} ${unitOf(entry.vectors, "vectors")} in ${seconds.toFixed(1)} s, ${differences.length === 0 ? "the same as the backup, value by value" : "NOT the same:"}\n`,
    );
    for (const line of [...differences, ...entry.without.map((each) => `without ${each}`)])
      process.stdout.write(`  ${line}\n`);
  }
  for (const entry of letters.filter(({ messages }) => messages > 0)) {
    const name = nameOf(entry.physicalName);
    const id = await queueFor(site, name);
    const { differences, told } = await restoreLetters(backup, entry, site, id);
    differing += differences.length;
    process.stdout.write(
      `${entry.key}: ${name}, ${entry.messages} dead ${unitOf(entry.messages, "letters")} in a queue that nobody consumes; Cloudflare drops them after its retention, four days\n`,
    );
    for (const line of [...differences, ...told, ...entry.without.map((each) => `without ${each}`)])
      process.stdout.write(`  ${line}\n`);
  }
  for (const line of next(stage.name)) say(line);
  return differing === 0 ? 0 : 1;
}

/** Nobody is bound to what was made: somebody decides what becomes of it. */
const next = (stage: string): readonly string[] => [
  "",
  "No worker is bound to these. Copy what is needed out of them; or declare one as what the stage has:",
  `  its name in physicalName, its id in adopt: { ${stage}: "<id>" }, as docs/reference.md says of each kind.`,
  "One that is needed no more goes by hand: npx wrangler d1 delete <name>, npx wrangler kv namespace delete --namespace-id <id>, npx wrangler r2 bucket delete <name>, npx wrangler vectorize delete <name>.",
];
