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

/** A blast radius for a terminal of 80 columns: text alone, no colours. */
export function radiusText({ stage, gone, atStake, migrations }: BlastRadius): string {
  const sections = [
    section("Deleted and replaced", gone.map(goneLine)),
    section("Data at stake", stakes(atStake)),
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

const stakes = (atStake: readonly AtStake[]): readonly string[] =>
  atStake.length === 0
    ? []
    : table(
        ["store", "becomes", "holds", "restore proven"],
        atStake.map(({ store, becomes, holds, proven }) => [
          store,
          becomes,
          holdsText(holds),
          proven === undefined ? "-" : (proven?.slice(0, 10) ?? "never"),
        ]),
      ).split("\n");

/** `12,345 rows`, `at least 1,000 keys`, `unknown: not counted within 10 s`. */
export function holdsText({ unit, count, atLeast, why }: Holds): string {
  if (count === undefined) return why === undefined ? `unknown ${unit}` : `unknown ${unit}: ${why}`;
  const said = `${count.toLocaleString("en-US")} ${count === 1 ? unit.replace(/s$/, "") : unit}`;
  return atLeast ? `at least ${said}` : said;
}

function userLines({ store, usedBy }: AtStake): readonly string[] {
  const said = usedBy.length === 0 ? "no worker that is declared" : usedBy.map(userText).join(", ");
  return wrapped(`${store}: ${said}`, 78, "    ");
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
      78,
      "    ",
    ),
    ...tables.flatMap(({ table: name, statements }) =>
      wrapped(
        `  ${name === "" ? "no table" : name}: ${statements.map(statementText).join(", ")}`,
        78,
        "      ",
      ),
    ),
    ...costs.flatMap((cost) => wrapped(`  ${cost}`, 78, "      ")),
    ...refused.flatMap((why) => wrapped(`  refused: ${why}`, 78, "      ")),
  ];
}

/** `UPDATE notes (3 rows)`. */
export const statementText = ({ what, rows }: MigratingStatement): string =>
  rows === undefined ? what : `${what} (${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"})`;
