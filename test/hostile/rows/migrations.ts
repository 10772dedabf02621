import { type Row, up, validate } from "../row.ts";

const orders = "migrations/shop/orders";
const second = `${orders}/0002_add_note.sql`;

/** With a line of the chain for each file, as `db lint --update` leaves it behind. */
const linted: Row["before"] = async (project) => void (await project.just(["db", "lint", "--update"]));

/** Files of migrations: edited after they were applied, lost, or destructive. */
export const migrations: readonly Row[] = [
  {
    what: "a migration that was applied is edited",
    files: { [second]: "ALTER TABLE orders ADD COLUMN note TEXT DEFAULT '';\n" },
    run: up,
    names: ["shop/orders", "0002_add_note.sql"],
    remedy: "new",
  },
  {
    what: "an applied migration is saved with the line ends of Windows",
    files: { [second]: "ALTER TABLE orders ADD COLUMN note TEXT;\r\n-- and a remark\r\n" },
    run: validate,
    names: ["The migration cannot be read: a carriage return", "0002_add_note.sql"],
    remedy: "*.sql text eol=lf",
  },
  {
    what: "a migration that was applied is deleted",
    files: { [second]: undefined },
    run: up,
    names: ["shop/orders", "0002_add_note.sql"],
    remedy: "git",
  },
  {
    what: "a migration that was applied is renamed",
    files: {
      [second]: undefined,
      [`${orders}/0002_add_remark.sql`]: "ALTER TABLE orders ADD COLUMN note TEXT;\n",
    },
    run: up,
    names: ["shop/orders", "0002_add_note.sql"],
    remedy: "git",
  },
  {
    what: "two branches made a migration of the same number",
    files: { [`${orders}/0002_add_price.sql`]: "ALTER TABLE orders ADD COLUMN price INTEGER;\n" },
    run: validate,
    names: ["shop/orders", "0002_add_price.sql"],
    remedy: "the next free number",
  },
  {
    what: "a migration is put before those that were applied",
    files: { [`${orders}/0000_settings.sql`]: "CREATE TABLE settings (name TEXT PRIMARY KEY);\n" },
    before: linted,
    run: up,
    names: ["shop/orders", "0000_settings.sql"],
    remedy: "0003",
  },
  {
    what: "the chain of checksums is deleted with the edit",
    files: {
      [second]: "ALTER TABLE orders ADD COLUMN note TEXT DEFAULT '';\n",
      [`${orders}/chain.txt`]: undefined,
    },
    run: up,
    names: ["The folder has no chain file", "0002_add_note.sql was edited after it was applied"],
    remedy: "undo the edit and write a new file",
  },
  {
    what: "an applied migration is edited, and the chain is made anew",
    files: {
      [second]: "ALTER TABLE orders ADD COLUMN note TEXT DEFAULT '';\n",
      [`${orders}/chain.txt`]: undefined,
    },
    before: linted,
    run: up,
    names: ["shop/orders", "0002_add_note.sql"],
    remedy: "undo the edit and write a new file",
  },
  {
    what: "a table is dropped",
    files: { [`${orders}/0003_drop_orders.sql`]: "DROP TABLE orders;\n" },
    before: linted,
    run: up,
    names: ["0003_drop_orders.sql", "orders"],
    remedy: "contract",
  },
  {
    what: "a column is renamed by dropping it and adding another",
    files: {
      [`${orders}/0003_rename_note.sql`]:
        "ALTER TABLE orders DROP COLUMN note;\nALTER TABLE orders ADD COLUMN remark TEXT;\n",
    },
    before: linted,
    run: up,
    names: ["0003_rename_note.sql", "note"],
    remedy: "contract",
  },
  {
    what: "a column is renamed under the code that reads it",
    files: { [`${orders}/0003_rename_total.sql`]: "ALTER TABLE orders RENAME COLUMN total TO amount;\n" },
    before: linted,
    run: up,
    names: ["0003_rename_total.sql", "total"],
    remedy: "rename",
  },
  {
    what: "every row is deleted",
    files: { [`${orders}/0003_clean_up.sql`]: "DELETE FROM orders;\n" },
    before: linted,
    run: up,
    names: ["0003_clean_up.sql", "orders"],
    remedy: "WHERE",
  },
  {
    what: "every row gets one value",
    files: { [`${orders}/0003_reset_totals.sql`]: "UPDATE orders SET total = 0;\n" },
    before: linted,
    run: up,
    names: ["0003_reset_totals.sql", "orders"],
    remedy: "WHERE",
  },
  {
    what: "a column without a default is demanded of rows that are there",
    files: { [`${orders}/0003_add_currency.sql`]: "ALTER TABLE orders ADD COLUMN currency TEXT NOT NULL;\n" },
    before: linted,
    run: up,
    names: ["0003_add_currency.sql"],
    remedy: "add it with a constant default",
  },
  {
    what: "a contract file comes at once with the code of before",
    files: {
      [`${orders}/0003_drop_customer.sql`]:
        "-- lockstep: contract\nALTER TABLE orders DROP COLUMN customer;\n",
    },
    before: linted,
    run: up,
    names: ["0003_drop_customer.sql", "customer"],
    remedy: "contract",
  },
  {
    what: "a migration that D1 does not take",
    files: { [`${orders}/0003_attach.sql`]: "ATTACH DATABASE 'other.db' AS other;\n" },
    before: linted,
    run: up,
    names: ["0003_attach.sql"],
    remedy: "D1",
  },
  {
    what: "a migration that does not parse",
    files: { [`${orders}/0003_add_price.sql`]: "ALTER TABEL orders ADD COLUMN price INTEGER;\n" },
    before: linted,
    run: up,
    names: ["0003_add_price.sql"],
    remedy: "TABEL",
  },
  {
    what: "a migration commits by itself in the middle",
    files: {
      [`${orders}/0003_in_halves.sql`]: "BEGIN;\nALTER TABLE orders ADD COLUMN price INTEGER;\nCOMMIT;\n",
    },
    before: linted,
    run: up,
    names: ["0003_in_halves.sql", "BEGIN"],
    remedy: "transaction",
  },
  {
    what: "a migration asks for a table that is not there",
    files: { [`${orders}/0003_move.sql`]: "INSERT INTO archive SELECT * FROM orders;\n" },
    before: linted,
    run: up,
    names: ["0003_move.sql", "archive"],
    remedy: "archive",
  },
  {
    what: "the folder of migrations is gone",
    files: { [orders]: undefined },
    run: up,
    names: ["There is no folder of migrations for database orders", "shop/orders"],
    remedy: "mkdir -p",
  },
  {
    what: "a database gets the migrations of another",
    edits: {
      'd1("people", { migrations: "migrations/crm/people"':
        'd1("people", { migrations: "migrations/shop/orders"',
    },
    run: up,
    names: ["crm/people", "0001_create_people.sql"],
    remedy: "git",
  },
  {
    what: "a database gives up its migrations",
    edits: {
      'd1("people", { migrations: "migrations/crm/people", readReplication': 'd1("people", { readReplication',
    },
    run: up,
    names: ["crm/people, migrations: no file would be applied any more"],
    remedy: "lockstep:approvals",
  },
];
