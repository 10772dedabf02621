/** A column as a tool writes it. */
export interface WrittenColumn {
  readonly name: string;
  readonly type: "integer" | "text" | "real";
  readonly notNull?: boolean;
  /** SQL. */
  readonly fallback?: string;
  readonly references?: { readonly table: string; readonly onDelete: string };
}

/** How a tool writes the statements of its migrations. Columns without the key, which is `id`. */
export interface Dialect {
  readonly table: (name: string, columns: readonly WrittenColumn[]) => string;
  readonly addColumn: (table: string, column: WrittenColumn) => string;
  readonly index: (name: string, table: string, columns: readonly string[], unique?: boolean) => string;
  readonly rebuild: (
    table: string,
    was: readonly WrittenColumn[],
    is: readonly WrittenColumn[],
  ) => readonly string[];
  readonly renameColumn: (table: string, from: string, to: string) => string;
  readonly dropColumn: (table: string, column: string) => string;
  readonly between: string;
}

const upper = (text: string): string => text.toUpperCase();

const drizzleColumn = ({ name, type, notNull, fallback }: WrittenColumn): string =>
  `\`${name}\` ${type}${fallback === undefined ? "" : ` DEFAULT ${fallback}`}${notNull === true ? " NOT NULL" : ""}`;

const drizzleTable = (name: string, columns: readonly WrittenColumn[]): string =>
  `CREATE TABLE \`${name}\` (\n\t${[
    "`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL",
    ...columns.map(drizzleColumn),
    ...columns.flatMap(({ name: own, references }) =>
      references === undefined
        ? []
        : [
            `FOREIGN KEY (\`${own}\`) REFERENCES \`${references.table}\`(\`id\`) ON UPDATE no action ON DELETE ${references.onDelete.toLowerCase()}`,
          ],
    ),
  ].join(",\n\t")}\n)`;

const drizzle: Dialect = {
  between: ";\n--> statement-breakpoint\n",
  table: drizzleTable,
  addColumn: (table, column) =>
    `ALTER TABLE \`${table}\` ADD ${drizzleColumn(column)}${column.references === undefined ? "" : ` REFERENCES ${column.references.table}(id)`}`,
  index: (name, table, columns, unique = false) =>
    `CREATE ${unique ? "UNIQUE " : ""}INDEX \`${name}\` ON \`${table}\` (${columns.map((one) => `\`${one}\``).join(",")})`,
  rebuild: (table, was, is) => {
    const names = ["id", ...was.map(({ name }) => name)].map((name) => `"${name}"`).join(", ");
    return [
      "PRAGMA foreign_keys=OFF",
      drizzleTable(`__new_${table}`, is),
      `INSERT INTO \`__new_${table}\`(${names}) SELECT ${names} FROM \`${table}\``,
      `DROP TABLE \`${table}\``,
      `ALTER TABLE \`__new_${table}\` RENAME TO \`${table}\``,
      "PRAGMA foreign_keys=ON",
    ];
  },
  renameColumn: (table, from, to) => `ALTER TABLE \`${table}\` RENAME COLUMN "${from}" TO "${to}"`,
  dropColumn: (table, column) => `ALTER TABLE \`${table}\` DROP COLUMN \`${column}\``,
};

const prismaColumn = ({ name, type, notNull, fallback }: WrittenColumn): string =>
  `"${name}" ${upper(type)}${notNull === true ? " NOT NULL" : ""}${fallback === undefined ? "" : ` DEFAULT ${fallback}`}`;

const prismaTable = (name: string, columns: readonly WrittenColumn[], own = name): string =>
  `CREATE TABLE "${name}" (\n    ${[
    '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT',
    ...columns.map(prismaColumn),
    ...columns.flatMap(({ name: from, references }) =>
      references === undefined
        ? []
        : [
            `CONSTRAINT "${own}_${from}_fkey" FOREIGN KEY ("${from}") REFERENCES "${references.table}" ("id") ON DELETE ${upper(references.onDelete)} ON UPDATE CASCADE`,
          ],
    ),
  ].join(",\n    ")}\n)`;

const prisma: Dialect = {
  between: ";\n\n",
  table: (name, columns) => `-- CreateTable\n${prismaTable(name, columns)}`,
  addColumn: (table, column) =>
    `-- AlterTable\nALTER TABLE "${table}" ADD COLUMN ${prismaColumn(column)}${column.references === undefined ? "" : ` REFERENCES "${column.references.table}" ("id") ON DELETE SET NULL ON UPDATE CASCADE`}`,
  index: (name, table, columns, unique = false) =>
    `-- CreateIndex\nCREATE ${unique ? "UNIQUE " : ""}INDEX "${name}" ON "${table}"(${columns.map((one) => `"${one}"`).join(", ")})`,
  rebuild: (table, was, is) => {
    const names = [...was.map(({ name }) => name), "id"].map((name) => `"${name}"`).join(", ");
    return [
      "-- RedefineTables\nPRAGMA defer_foreign_keys=ON",
      "PRAGMA foreign_keys=OFF",
      prismaTable(`new_${table}`, is, table),
      `INSERT INTO "new_${table}" (${names}) SELECT ${names} FROM "${table}"`,
      `DROP TABLE "${table}"`,
      `ALTER TABLE "new_${table}" RENAME TO "${table}"`,
      "PRAGMA foreign_keys=ON",
      "PRAGMA defer_foreign_keys=OFF",
    ];
  },
  renameColumn: (table, from, to) =>
    `-- AlterTable\nALTER TABLE "${table}" RENAME COLUMN "${from}" TO "${to}"`,
  dropColumn: (table, column) => `-- AlterTable\nALTER TABLE "${table}" DROP COLUMN "${column}"`,
};

const kyselyColumn = ({ name, type, notNull, fallback, references }: WrittenColumn): string =>
  `"${name}" ${type}${fallback === undefined ? "" : ` default ${fallback}`}${notNull === true ? " not null" : ""}${references === undefined ? "" : ` references "${references.table}" ("id") on delete ${references.onDelete.toLowerCase()}`}`;

const kyselyTable = (name: string, columns: readonly WrittenColumn[]): string =>
  `create table "${name}" (${['"id" integer primary key autoincrement', ...columns.map(kyselyColumn)].join(", ")})`;

const kysely: Dialect = {
  between: ";\n",
  table: kyselyTable,
  addColumn: (table, column) => `alter table "${table}" add column ${kyselyColumn(column)}`,
  index: (name, table, columns, unique = false) =>
    `create ${unique ? "unique " : ""}index "${name}" on "${table}" (${columns.map((one) => `"${one}"`).join(", ")})`,
  rebuild: (table, was, is) => {
    const names = ["id", ...was.map(({ name }) => name)].map((name) => `"${name}"`).join(", ");
    return [
      kyselyTable(`${table}_new`, is),
      `insert into "${table}_new" (${names}) select ${names} from "${table}"`,
      `drop table "${table}"`,
      `alter table "${table}_new" rename to "${table}"`,
    ];
  },
  renameColumn: (table, from, to) => `alter table "${table}" rename column "${from}" to "${to}"`,
  dropColumn: (table, column) => `alter table "${table}" drop column "${column}"`,
};

const handTable = (name: string, columns: readonly WrittenColumn[]): string =>
  `CREATE TABLE ${name} (\n  id INTEGER PRIMARY KEY,\n  ${columns
    .map(
      ({ name: own, type, notNull, fallback, references }) =>
        `${own} ${upper(type)}${notNull === true ? " NOT NULL" : ""}${fallback === undefined ? "" : ` DEFAULT ${fallback}`}${references === undefined ? "" : ` REFERENCES ${references.table}(id) ON DELETE ${references.onDelete}`}`,
    )
    .join(",\n  ")}\n)`;

/** As people write them for wrangler. */
const hand: Dialect = {
  between: ";\n",
  table: handTable,
  addColumn: (table, { name, type, notNull, fallback, references }) =>
    `-- more about ${table}\nALTER TABLE ${table} ADD COLUMN ${name} ${upper(type)}${notNull === true ? " NOT NULL" : ""}${fallback === undefined ? "" : ` DEFAULT ${fallback}`}${references === undefined ? "" : ` REFERENCES ${references.table}(id)`}`,
  index: (name, table, columns, unique = false) =>
    `CREATE ${unique ? "UNIQUE " : ""}INDEX IF NOT EXISTS ${name} ON ${table}(${columns.join(", ")})`,
  rebuild: (table, was, is) => {
    const names = ["id", ...was.map(({ name }) => name)].join(", ");
    return [
      handTable(`${table}_new`, is),
      `INSERT INTO ${table}_new (${names})\n  SELECT ${names} FROM ${table}`,
      `DROP TABLE ${table}`,
      `ALTER TABLE ${table}_new RENAME TO ${table}`,
    ];
  },
  renameColumn: (table, from, to) => `ALTER TABLE ${table} RENAME COLUMN ${from} TO ${to}`,
  dropColumn: (table, column) => `ALTER TABLE ${table} DROP COLUMN ${column}`,
};

/** Each tool's way. */
export const dialects = { drizzle, prisma, kysely, hand } as const;
