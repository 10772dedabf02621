import { newCounting } from "../../../src/backup/d1/counting.ts";
import type { Page } from "../../../src/backup/d1/pages/page.ts";
import { brokenIn, compared, putBack, tableBeside } from "../../../src/backup/d1/put-back.ts";
import { wholeSchema } from "../../../src/backup/d1/schema.ts";
import type { DumpedTable } from "../../../src/backup/d1/tables.ts";
import { endpointOf } from "../../../src/backup/databases.ts";
import type { DatabaseEntry } from "../../../src/backup/store/manifest.ts";
import { type OpenBackup, openBackup } from "../../../src/backup/store/open.ts";
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { command, inPlace, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { queryDatabase } from "../../../src/migrations/database/transports.ts";
import { reservedTables } from "../../../src/migrations/sql/ledger-tables.ts";
import { agree } from "../../db/agree.ts";
import type { ProjectPlace } from "../../place.ts";
import { chosenBackup } from "../chosen.ts";
import { broughtHere, depotFor } from "../depot.ts";
import { identityFrom } from "../keys/identity.ts";
import type { Request } from "../request.ts";
import { serving } from "./named.ts";
import { prepared, say } from "./prepared.ts";

/**
 * Puts the rows of one table back that the one that serves has no more. What somebody wrote since stays: rows that only the serving one has in any
 * case, rows with other values unless they are to be replaced.
 */
export const restoreTable = (name: string, request: Request, place: ProjectPlace): Promise<number> =>
  prepared(request, place, async ({ site }) => {
    const { stage, target, replace } = request;
    const depot = await depotFor(request, place.root);
    const read = chosenBackup(request, depot.folder, place);
    for (const line of read.told) say(line);
    await broughtHere(depot, read);
    const backup = await openBackup(read, identityFrom(request.identity, place.folder, stage.name));
    const { entry, table } = tableNamed(name, backup);
    const id = await serving(site, entry, place.project, stage);
    if (id === undefined) throw notServing(entry, stage.name);
    const live = queryDatabase(endpointOf(site, id), entry.key);
    const schema = await wholeSchema(live);
    const beside = tableBeside(table, entry.schema, schema, entry.key);
    await requireDigest(backup, entry, table);
    const rows = () => backup.pagesOf(entry);
    const had = entry.tables.find((each) => each.name === table.name)?.rows ?? 0;
    say(
      `about ${had} rows of what serves, as many as the backup has, will be read to compare them; D1 bills them`,
    );
    const otherwise = await compared(live, beside, rows());
    const { missing, changed, added } = otherwise;
    say(`Table ${table.name} of ${entry.key}, backup ${read.head.name}, begun at ${read.head.startedAt}:`);
    say(`  ${count(missing.size)} that it has no more: put back`);
    say(
      `  ${count(changed.size)} with other values by now: ${replace ? "replaced by those of the backup" : "left as they are (--replace takes those of the backup)"}`,
    );
    say(`  ${count(added)} that came since: left as they are`);
    const triggers = schema.filter(({ type, tableName }) => type === "trigger" && tableName === table.name);
    if (triggers.length > 0)
      say(`  its triggers run for each row that is put in: ${triggers.map((each) => each.name).join(", ")}`);
    const writes = missing.size + (replace ? changed.size : 0);
    if (writes === 0) {
      process.stdout.write(`${entry.key}, table ${table.name}: nothing to put back\n`);
      return 0;
    }
    await agree(stage, `Write ${count(writes)} into table ${table.name} of`, { text: () => request.yes });
    const done = await putBack(live, beside, otherwise, rows(), replace);
    const skipped = replace ? changed.size - done.replaced : 0;
    process.stdout.write(
      `${entry.key}, table ${table.name}: ${count(done.inserted)} put back, ${done.replaced} replaced, in ${done.requests} ${done.requests === 1 ? "transaction" : "transactions"}\n`,
    );
    if (skipped > 0) say(`${count(skipped)} changed once more meanwhile, and left as they are`);
    const broken = await brokenIn(live, beside);
    if (broken === 0) return 0;
    say(
      inPlace(
        sentence`${count(broken)} of the table refer to rows that are not there, as some did before. All of the backup beside what serves: ${command("restore")} with --into new`,
        placeOfTarget(stage.name, target, place.root),
      ),
    );
    return 1;
  });

const count = (rows: number): string => `${rows} ${rows === 1 ? "row" : "rows"}`;

/** `orders`, or `shop/orders.orders` where several databases have one. */
function tableNamed(
  name: string,
  backup: OpenBackup,
): { readonly entry: DatabaseEntry; readonly table: DumpedTable } {
  const all = backup.manifest.databases.flatMap((entry) =>
    backup
      .tablesOf(entry)
      // What the migrations note down is of the schema that serves, and of no earlier one.
      .filter((table) => !reservedTables.includes(table.name))
      .map((table) => ({ entry, table, whole: `${entry.key}.${table.name}` })),
  );
  const found = all.filter(({ table, whole }) => table.name === name || whole === name);
  const [one] = found;
  if (one !== undefined && found.length === 1) return one;
  throw new UserError({
    what:
      found.length === 0
        ? "The backup has no such table"
        : "Several databases of the backup have a table of this name",
    where: "--table",
    got: name,
    expected: (found.length === 0 ? all : found).map(({ whole }) => whole).join(", "),
    fix: "name one of them",
  });
}

/** Its rows are those that were read, before one of them is written anywhere. */
async function requireDigest(backup: OpenBackup, entry: DatabaseEntry, table: DumpedTable): Promise<void> {
  const counting = newCounting(table);
  const pages: AsyncIterable<Page> = backup.pagesOf(entry);
  for await (const page of pages) if (page.table.name === table.name) counting.add(page);
  const wanted = entry.tables.find((each) => each.name === table.name);
  const { digest, rows } = counting.end();
  if (wanted?.digest === digest && wanted.rows === rows) return;
  throw new UserError({
    what: "The rows of this table are not those that were backed up; nothing was changed",
    where: `${entry.key}, table ${table.name}`,
    got: `${rows} rows, ${digest}`,
    expected:
      wanted === undefined ? "a table whose rows are in the backup" : `${wanted.rows} rows, ${wanted.digest}`,
    fix: "take another backup: --from <backup>",
  });
}

const notServing = ({ key }: DatabaseEntry, stage: string): UserError =>
  new UserError({
    what: "The database that the table is of is there no more, so no row was put back",
    where: `${key} in ${stage}`,
    got: "no such database",
    expected: "a database that serves",
    fix: sentence`restore all of it: ${command("restore")}`,
  });
