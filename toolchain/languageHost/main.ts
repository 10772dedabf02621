// The Node.js language host: the engine starts this process, reads its port, and asks it to run the program and the policy packs.
// It serves where Pulumi's own (a binary that no package registry carries) did not come with the engine.
import { Server } from "@grpc/grpc-js/build/src/server.js";
import { ServerCredentials } from "@grpc/grpc-js/build/src/server-credentials.js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { killChildren } from "./children.ts";
import { languageHost } from "./service.ts";

const maxMessageBytes = 400 * 1024 * 1024;

// Ours are "-flag=value" or the engine's address, which comes last.
const engineAddress = process.argv.slice(2).findLast((arg) => !arg.startsWith("-"));

const server = new Server({
  "grpc.max_receive_message_length": maxMessageBytes,
  "grpc.max_send_message_length": maxMessageBytes,
});
server.addService(LanguageRuntimeService, languageHost(engineAddress));

const end = (): void => {
  killChildren("SIGINT");
  process.exit(0);
};
// The engine ends its plugins with SIGINT and waits ten seconds for those that do not listen.
process.on("SIGINT", end);
process.on("SIGTERM", end);
// An engine that was killed closes this pipe; nobody else would ever end us.
process.stdin.on("end", end).resume();

server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});
