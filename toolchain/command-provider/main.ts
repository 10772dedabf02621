// The command provider as a plugin: the engine starts this process, reads its port, and asks it to run local commands.
import { killRunning } from "./execute.ts";
import { serveCommandProvider } from "./serve.ts";

const engineAddress = process.argv.slice(2).findLast((arg) => !arg.startsWith("-"));

const end = (): void => {
  killRunning();
  process.exit(0);
};
// The engine ends its plugins with SIGINT and waits ten seconds for those that do not listen.
process.on("SIGINT", end);
process.on("SIGTERM", end);
// An engine that was killed closes this pipe; nobody else would ever end us.
process.stdin.on("end", end).resume();

const { port } = await serveCommandProvider(engineAddress === undefined ? {} : { engineAddress });
process.stdout.write(`${port}\n`);
