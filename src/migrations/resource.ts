import * as pulumi from "@pulumi/pulumi";
import type { Phase } from "./directives.ts";

/** What to bring up to date, and with what. The API's address and token are no inputs: they are looked up at call time. */
export interface MigrationsArgs {
  readonly accountId: pulumi.Input<string>;
  readonly databaseId: pulumi.Input<string>;
  /** From the project folder: `migrations/dome/silo`. */
  readonly directory: string;
  /** `expand` runs before the code, `contract` in a later up. @default expand */
  readonly phase?: Phase;
}

/**
 * Constant text, the same for every resource and release: nothing is serialised, and state written long ago still runs the
 * project's code of today.
 */
const shim = `exports.handler = () => process.getBuiltinModule("node:module").createRequire(process.cwd() + "/x.js")("./src/migrations/provider.ts").provider;`;

/** A D1 database brought up to a folder of migrations. A dynamic resource of type `pulumi-nodejs:dynamic/lockstep:Migrations`. */
export class Migrations extends pulumi.CustomResource {
  /** How many files the ledger lists. */
  declare readonly applied: pulumi.Output<number>;
  /** The last file in the ledger. */
  declare readonly lastFile: pulumi.Output<string>;
  /** File name → checksum and summary, of the phase's files. */
  declare readonly files: pulumi.Output<Readonly<Record<string, string>>>;

  constructor(name: string, args: MigrationsArgs, opts?: pulumi.CustomResourceOptions) {
    const { accountId, databaseId, directory, phase = "expand" } = args;
    const computed = { files: undefined, applied: undefined, lastFile: undefined };
    super(
      "pulumi-nodejs:dynamic/lockstep:Migrations",
      name,
      { accountId, databaseId, directory, phase, ...computed, __provider: shim },
      opts,
    );
  }
}
