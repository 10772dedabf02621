import { flushCompileCache } from "node:module";
import { serve } from "../../src/engine/rpc.ts";
import { findProjectRoot, loadProject } from "../../src/project/load.ts";
import type { PolicyChoices } from "../../src/project/policies.ts";
import { switchedKey, withSwitchedStage } from "../../src/project/switched.ts";
import { rollbackVariable } from "../../src/release/variable.ts";
import { exceptionsKey } from "../exceptions.ts";
import { type Pack, packOf } from "../pack-options.ts";
import type { SeenToken } from "../seen/token.ts";
import { analyzerMethods } from "./analyzer.ts";
import { choicesOf } from "./configured.ts";
import { seenToken } from "./token.ts";

/**
 * Serves the pack and gives its port. It judges by the declarations of the project that it is run for: of the one that LOCKSTEP_PROJECT names (an empty
 * one: none), or of the one that this folder lies in. A mistake in the project's policies is a UserError.
 */
export async function startPack(env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const root = env["LOCKSTEP_PROJECT"] ?? findProjectRoot(import.meta.dirname) ?? "";
  const loaded = root === "" ? undefined : await loadProject(root);
  let project = loaded;
  let stack: string | undefined;
  let approvals: string | undefined;
  let choices: PolicyChoices = {};
  let preview = false;
  const rollback = env[rollbackVariable] === "true";
  let token: SeenToken | undefined;
  let looked: Promise<void> = Promise.resolve();
  const packWith = (rules: PolicyChoices): Pack =>
    packOf(
      { ...(project && { project, root }), rules, preview, rollback, ...(token && { token }) },
      approvals,
    );
  let pack = packWith({});
  const port = await serve(
    "pulumirpc.Analyzer",
    analyzerMethods({
      stackIs: (name, config, isPreview) => {
        stack = name;
        preview = isPreview;
        approvals = config.get(exceptionsKey);
        project = loaded && withSwitchedStage(loaded, name, json(config.get(switchedKey)));
        pack = packWith(choices);
        // Asked while the program runs: the rules about the stack come at its end.
        looked = seenToken(env, root, config.get("cloudflare:accountId")).then((found) => {
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
  // The engine ends a pack by a signal, after which Node writes nothing: without this every start would compile everything anew. Once the first questions are answered.
  setTimeout(flushCompileCache, 500).unref();
  return port;
}

/** What is no JSON the program refuses. */
function json(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
