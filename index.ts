import * as pulumi from "@pulumi/pulumi";
import { program } from "./src/program.ts";
import { UserError } from "./src/userError.ts";

const given = {
  stack: pulumi.getStack(),
  config: pulumi.runtime.allConfig(),
  env: process.env,
  root: import.meta.dirname,
};

/** What the user can mend is shown without a stack; anything else is a bug and keeps it. */
export default await program(given).catch((error: unknown) => {
  throw error instanceof UserError ? new pulumi.RunError(error.message) : error;
});
