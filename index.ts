import * as pulumi from "@pulumi/pulumi";
import { placeOfRun } from "./src/cloudflare/place-of-run.ts";
import { placed, UserError } from "./src/diagnostic/user-error.ts";
import { program } from "./src/program/program.ts";

const given = {
  stack: pulumi.getStack(),
  config: pulumi.runtime.allConfig(),
  env: process.env,
  root: import.meta.dirname,
};

/** What the user can mend is shown without a stack; anything else is a bug and keeps it. */
export default await program(given).catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  throw new pulumi.RunError(placed(error, placeOfRun(given.stack, given.root)).message);
});
