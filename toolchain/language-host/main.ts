// The Node.js language host: the engine starts this process, reads its port, and asks it to run the program and the policy packs.
// It serves where Pulumi's own (a binary that no package registry carries) did not come with the engine.

import { serve } from "../../src/engine/rpc.ts";
import { endChildren } from "./children.ts";
import { languageHost } from "./service.ts";

// Ours are "-flag=value" or the engine's address, which comes last.
const engineAddress = process.argv.slice(2).findLast((arg) => !arg.startsWith("-"));

const end = (): void => {
  endChildren().then(() => process.exit(0));
};
// The engine ends its plugins with SIGINT and waits ten seconds for those that do not listen.
process.on("SIGINT", end);
process.on("SIGTERM", end);
// An engine that was killed closes this pipe; nobody else would ever end us.
process.stdin.on("end", end).resume();

const port = await serve("pulumirpc.LanguageRuntime", languageHost(engineAddress));
process.stdout.write(`${port}\n`);
