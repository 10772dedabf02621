import { parse } from "../sql/action.ts";
import { assertion } from "../sql/literals.ts";
import { differ } from "./equal-columns.ts";
import type { RenameRecipe } from "./recipe.ts";
import { sqlName } from "./sql-name.ts";

/** The names that the three files have, in their order. */
export type RenameNames = readonly [add: string, swap: string, drop: string];

/** The three files as text: what each does, and which code goes with it. */
export function renameTexts(
  recipe: RenameRecipe,
  [, swap, drop]: RenameNames,
): readonly [string, string, string] {
  const { renaming, notUnique, expand, relax, contract } = recipe;
  const { table, column, to } = renaming;
  const [t, from] = [table.name, column.name];
  const title = (part: number, what: string): string =>
    `-- Rename ${t}.${from} to ${to}, ${part} of 3: ${what}`;
  const equal = [
    `-- d1:verify every row of ${t} has the same value under both names`,
    `-- SELECT count(*) = 0 FROM ${sqlName(t)} WHERE ${differ(renaming, sqlName(to), sqlName(from))}`,
  ];
  return [
    file(
      [
        title(1, `${to} comes, a copy of ${from}.`),
        "--",
        `-- Release 1: this file, and code that WRITES BOTH columns, the same value, and reads either of them.`,
        `-- Triggers fill ${to} where code of before writes ${from} alone. Each index over ${from} has a twin over ${to}.`,
        `-- Release 2: ${swap}, and code that knows ${to} alone. Release 3: ${drop}.`,
        ...(notUnique.length === 0
          ? []
          : [
              `-- ON CONFLICT of release 1 names no columns where it means ${notUnique.join(" or ")}: the twin is not unique.`,
            ]),
        "--",
        "-- Rollback: of the code alone; this schema serves both.",
      ],
      expand,
      equal,
    ),
    file(
      [
        title(2, `they change places, so that ${from} may be left out.`),
        "--",
        "-- Release 2: when code that writes both serves alone, open this file and let an up run it; then release code that",
        `-- writes and reads ${to} alone. Constraints, defaults, indexes and keys are at ${to} from here on; ${from} is the copy.`,
        "--",
        `-- Rollback: of the code alone, to code that writes both; not to code of before that.`,
        "-- d1:phase contract",
      ],
      relax,
      equal,
    ),
    file(
      [
        title(3, `${from} goes.`),
        "--",
        `-- Release 3: when code that knows ${to} alone serves alone, open this file and let an up run it. No code goes with it.`,
        "--",
        `-- Rollback: none past this file. Forward fix: add a column ${from} again.`,
        "-- d1:phase contract",
        "-- d1:next-release",
      ],
      [
        assertion(
          `NOT EXISTS (SELECT 1 FROM ${sqlName(t)} WHERE ${differ(renaming, sqlName(to), sqlName(from))})`,
          `a row of ${t} has another value in ${from} than in ${to}`,
        ),
        ...contract,
      ],
      [],
      (sql) => waiver(sql, `${to} has the same values`),
    ),
  ];
}

function file(
  header: readonly string[],
  statements: readonly string[],
  end: readonly string[],
  above: (sql: string) => readonly string[] = () => [],
): string {
  return `${[
    header.join("\n"),
    ...statements.map((sql) => [...above(sql), `${sql};`].join("\n")),
    ...(end.length === 0 ? [] : [end.join("\n")]),
  ].join("\n\n")}\n`;
}

function waiver(sql: string, why: string): readonly string[] {
  const { action } = parse(sql);
  if (action.kind === "dropColumn") return [`-- d1:allow DL2 "${why}"`];
  return action.kind === "drop" && action.object === "index" ? [`-- d1:allow IX1 "${why}"`] : [];
}
