import * as pulumi from "@pulumi/pulumi";
import { isEmbedded } from "./src/cloudflare/connection.ts";
import { typedFor } from "./src/diagnostic/recipe.ts";
import { UserError } from "./src/diagnostic/user-error.ts";
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
  const place = { stage: given.stack, real: !isEmbedded(given.env, given.root) };
  throw new pulumi.RunError(typedFor(error.message, place));
});
