import type { MigrationFile } from "../files/reading.ts";
import { literal } from "../sql/literals.ts";

/** Gives the ledger's rows the order of the names. Ids are unique, so they go through negative ones. */
export const reorder = (names: readonly string[]): readonly string[] => [
  ...names.map((name, i) => `UPDATE "d1_migrations" SET id = ${-(i + 1)} WHERE name = ${literal(name)}`),
  `UPDATE "d1_migrations" SET id = -id WHERE id < 0`,
];

/**
 * Gives files that the log knows their rows in the ledger back.
 * @param ledger the names as they are then, in order
 */
export const ledgerRows = (lost: readonly MigrationFile[], ledger: readonly string[]): readonly string[] => [
  ...lost.map(({ name }) => `INSERT OR IGNORE INTO "d1_migrations"(name) VALUES (${literal(name)})`),
  ...reorder(ledger),
];
