import type { Phase, Transport, Waiver } from "./directives.ts";

/** That somebody let a file run in a stage: kept in the database with it. */
export interface FileApproval {
  readonly digest: string;
  readonly reason: string;
  readonly by: string;
  /** The last day on which it counted. */
  readonly until: string;
}

/** A migration file, ready to be run. */
export interface ApplicableFile {
  /** `0004_add_email.sql`. */
  readonly name: string;
  /** `sha256:<hex>` of its bytes. */
  readonly checksum: string;
  /** The chain's value up to and with this file. */
  readonly chain: string;
  readonly phase: Phase;
  readonly transport: Transport;
  /** Without final semicolons, in order. */
  readonly statements: readonly string[];
  /** Each a SELECT of one value that must be true after the statements, inside the transaction. */
  readonly verify: readonly { readonly label: string; readonly sql: string }[];
  /** Generated conditions, such as "the table to be dropped is empty", checked before the statements. */
  readonly preconditions: readonly { readonly label: string; readonly condition: string }[];
  readonly waivers: readonly Waiver[];
  readonly overrides: readonly Waiver[];
  /** Who let it run where that has to be agreed to. @default - nobody was asked */
  readonly approval?: FileApproval;
  /** Fingerprint of the schema that it leaves on the shadow. @default - the log learns it when the file has run */
  readonly schemaAfter?: string;
}
