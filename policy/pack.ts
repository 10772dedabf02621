// The pack that `env` names to the engine, and any other program with `--policy-pack`. It judges by the declarations of the project that it is run
// for: the one that LOCKSTEP_PROJECT names (an empty one: none), or the one that this folder lies in. It speaks the engine's protocol itself: the SDK would be most of
// what the pack costs, knows one level a rule for all stages, and unpacks every resource once a rule.
import { flushCompileCache } from "node:module";
import { UserError } from "../src/diagnostic/user-error.ts";
import { serve } from "../src/engine/rpc.ts";
import { findProjectRoot, loadProject } from "../src/project/load.ts";
import type { PolicyChoices } from "../src/project/policies.ts";
import { type Pack, packOf } from "./pack-options.ts";
import type { SeenToken } from "./seen/token.ts";
import { analyzerMethods } from "./serve/analyzer.ts";
import { choicesOf } from "./serve/configured.ts";
import { seenToken } from "./serve/token.ts";

const root = process.env["LOCKSTEP_PROJECT"] ?? findProjectRoot(import.meta.dirname) ?? "";
const project = root === "" ? undefined : await loadProject(root);

/** A mistake of the user is shown as its message alone. */
function begun<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

let stack: string | undefined;
let approvals: string | undefined;
let choices: PolicyChoices = {};
let token: SeenToken | undefined;
let looked: Promise<void> = Promise.resolve();
const packWith = (rules: PolicyChoices): Pack =>
  packOf({ ...(project && { project }), rules, ...(token && { token }) }, approvals);
let pack = begun(() => packWith({}));

const port = await serve(
  "pulumirpc.Analyzer",
  analyzerMethods({
    stackIs: (name, config, account) => {
      stack = name;
      approvals = config;
      pack = packWith(choices);
      // Asked while the program runs: the rules about the stack come at its end.
      looked = seenToken(process.env, root, account).then((found) => {
        token = found;
        pack = packWith(choices);
      });
    },
    ready: () => looked,
    stack: () => stack,
    pack: () => pack,
    configured: (request) => {
      choices = choicesOf(request, packWith({}), stack);
      pack = packWith(choices);
    },
  }),
);
// The engine reads the first line as the port.
process.stdout.write(`${port}\n`);
// The engine ends a pack by a signal, after which Node writes nothing: without this every start would compile everything anew. Once the first questions are answered.
setTimeout(flushCompileCache, 500).unref();
