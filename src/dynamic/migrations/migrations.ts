import * as pulumi from "@pulumi/pulumi";
import type { ChangeApproval } from "../../approvals/approval.ts";
import type { Phase } from "../../migrations/files/directives.ts";
import type { Opening } from "../../migrations/plan/opening.ts";
import { loads } from "../shim.ts";

/** What to bring up to date, and with what. The API's address and token are no inputs: they are looked up at call time. */
export interface MigrationsArgs {
  readonly accountId: pulumi.Input<string>;
  readonly databaseId: pulumi.Input<string>;
  /** For people: `dome/silo`. */
  readonly label: string;
  /** From the project folder: `migrations/dome/silo`. */
  readonly directory: string;
  /** `expand` runs before the code, `contract` in a later up. */
  readonly phase: Phase;
  /** The stage's name: a database belongs to one. */
  readonly stage: string;
  /** Physical names of the workers that bind the database: a contract waits for them. */
  readonly workers: readonly string[];
  /** Worker → the version that this program lets answer all its requests: a contract is open for certain versions only. */
  readonly versions: Readonly<Record<string, pulumi.Input<string>>>;
  /** @default - no contract file is open */
  readonly opening?: Opening | undefined;
  /** Of files that lose something. @default - none is needed: the stage is not protected */
  readonly approvals?: readonly ChangeApproval[] | undefined;
}

/** A D1 database brought up to a folder of migrations. A dynamic resource of type `pulumi-nodejs:dynamic/lockstep:Migrations`. */
export class Migrations extends pulumi.CustomResource {
  /** How many files the ledger lists. */
  declare readonly applied: pulumi.Output<number>;
  /** The last file in the ledger. */
  declare readonly lastFile: pulumi.Output<string>;
  /** File name → checksum and summary, of the phase's files. */
  declare readonly files: pulumi.Output<Readonly<Record<string, string>>>;
  /** Fingerprint of the live schema. */
  declare readonly schema: pulumi.Output<string>;
  /** File name → Time Travel bookmark of the moment before it ran. */
  declare readonly bookmarks: pulumi.Output<Readonly<Record<string, string>>>;

  constructor(name: string, args: MigrationsArgs, opts?: pulumi.CustomResourceOptions) {
    const { opening, approvals, workers, ...given } = args;
    const computed = {
      files: undefined,
      applied: undefined,
      lastFile: undefined,
      schema: undefined,
      bookmarks: undefined,
    };
    const inputs = {
      ...given,
      workers: [...workers],
      ...(opening === undefined ? {} : { opening }),
      ...(approvals === undefined ? {} : { approvals }),
    };
    super(
      "pulumi-nodejs:dynamic/lockstep:Migrations",
      name,
      { ...inputs, ...computed, __provider: loads("Migrations") },
      opts,
    );
  }
}
