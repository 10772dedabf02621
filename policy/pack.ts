// The pack as a process of its own, for the engine of a program with `--policy-pack`. It speaks the engine's protocol itself: the SDK would be most of what the
// pack costs, knows one level a rule for all stages, and unpacks every resource once a rule. Lockstep's own language host serves it without a process.
import { UserError } from "../src/diagnostic/user-error.ts";
import { startPack } from "./serve/start.ts";

try {
  // The engine reads the first line as the port.
  process.stdout.write(`${await startPack(process.env)}\n`);
} catch (error) {
  // A mistake of the user is shown as its message alone.
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
