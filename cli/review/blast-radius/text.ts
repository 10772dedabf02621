import { unitOf } from "../../../src/cloudflare/contents/plural.ts";
import { table } from "../../../toolchain/table.ts";
import type {
  AtStake,
  BlastRadius,
  Gone,
  Holds,
  MigratedDatabase,
  MigratingStatement,
  User,
} from "./radius.ts";
import { wrapped } from "./wrapped.ts";

/** Of a line, behind its indent of two. */
const width = 78;

/** A blast radius for a terminal of 80 columns: text alone, no colours. */
export function radiusText({ stage, gone, atStake, backups, migrations }: BlastRadius): string {
  const sections = [
    section("Deleted and replaced", gone.map(goneLine)),
    section("Data at stake", stakes(atStake)),
    section("Backups", atStake.length === 0 ? [] : wrapped(backups, width, "  ")),
    section("Who uses it", atStake.flatMap(userLines)),
    section("Migrations", migrations.flatMap(migrationLines)),
  ].flat();
  if (sections.length === 0)
    return `Blast radius of ${stage}: nothing that holds data is touched, nothing is deleted\n`;
  return `${[`Blast radius of ${stage}`, ...sections].join("\n")}\n`;
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];

const goneLine = ({ resource, type, becomes }: Gone): string => `${becomes}  ${resource} (${type})`;

/** A table; where a name is too long for that, a paragraph a store. */
function stakes(atStake: readonly AtStake[]): readonly string[] {
  if (atStake.length === 0) return [];
  const header = ["store", "becomes", "holds", "restore proven"];
  const rows = atStake.map((each) => [each.store, each.becomes, holdsText(each.holds), provenText(each)]);
  const lines = table(header, rows).split("\n");
  const shown = lines.some((line) => line.length > width)
    ? rows.flatMap(([store, becomes, holds, proven]) =>
        wrapped(`${store}: ${becomes}, ${holds}, restore proven: ${proven}`, width, "    "),
      )
    : lines;
  const uncounted = atStake.flatMap(({ store, holds: { why } }) =>
    why === undefined ? [] : wrapped(`${store}: ${why}`, width, "    "),
  );
  return [...shown, ...uncounted];
}

/** `never`, the day of the last proof, or a dash where nothing of the kind can be restored from a backup. */
export const provenText = ({ proven }: AtStake): string =>
  proven === undefined ? "-" : (proven?.slice(0, 10) ?? "never");

/** `12,345 rows`, `at least 1,000 keys`, `unknown keys`. */
export function holdsText({ unit, count, atLeast }: Holds): string {
  if (count === undefined) return `unknown ${unit}`;
  const said = `${count.toLocaleString("en-US")} ${unitOf(count, unit)}`;
  return atLeast ? `at least ${said}` : said;
}

function userLines({ store, usedBy }: AtStake): readonly string[] {
  const said = usedBy.length === 0 ? "no worker that is declared" : usedBy.map(userText).join(", ");
  return wrapped(`${store}: ${said}`, width, "    ");
}

/** `shop/api reads and writes`. */
export const userText = ({ worker, reads, writes }: User): string =>
  `${worker} ${[...(reads ? ["reads"] : []), ...(writes ? ["writes"] : [])].join(" and ")}`;

function migrationLines({
  database,
  isNew,
  files,
  tables,
  costs,
  refused,
}: MigratedDatabase): readonly string[] {
  const names = files
    .map(({ name, phase }) => (phase === "contract" ? `${name} (contract)` : name))
    .join(", ");
  return [
    ...wrapped(
      `${database}${isNew ? ", a new database" : ""}: ${names === "" ? "no file" : names}`,
      width,
      "    ",
    ),
    ...tables.flatMap(({ table: name, statements }) =>
      wrapped(
        `  ${name === "" ? "no table" : name}: ${statements.map(unbroken).join(", ")}`,
        width,
        "      ",
      ),
    ),
    ...costs.flatMap((cost) => wrapped(`  ${cost}`, width, "      ")),
    ...refused.flatMap((why) => wrapped(`  refused: ${why}`, width, "      ")),
  ];
}

/** `UPDATE notes (3 rows)`. */
export const statementText = ({ what, rows }: MigratingStatement): string =>
  rows === undefined ? what : `${what} (${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"})`;

/** A statement with its rows is read in one: what is no space to {@link wrapped} is one on the screen. */
const unbroken = (statement: MigratingStatement): string =>
  statementText(statement).replaceAll(" ", "\u00a0");
