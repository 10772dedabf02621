import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { Invocation, LogLine, Trace } from "../../compute.ts";

const reportsSchema = z.array(
  z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("call"),
      script: z.string(),
      version: z.string(),
      atMs: z.number(),
      wallMs: z.number(),
      status: z.number(),
      exception: z.boolean(),
      event: z.enum(["fetch", "rpc"]),
      trigger: z.string(),
    }),
    z.object({ kind: z.literal("wake"), script: z.string() }),
    z.object({ kind: z.literal("exception"), text: z.string(), atMs: z.number() }),
    z.object({ kind: z.literal("trace"), item: z.record(z.string(), z.unknown()) }),
  ]),
);
const callerSchema = z.tuple([z.string(), z.string(), z.string()]);

export interface ReportListeners {
  readonly onInvocation: (invocation: Invocation) => void;
  readonly onLog: (line: LogLine) => void;
  /** A script that sleeps was called by another one. */
  readonly onWake: (account: string, script: string) => void;
  /** An invocation of a script that is watched ended. */
  readonly onTrace: (account: string, script: string, trace: Trace) => void;
}

/** What the link of a cell tells: calls of one script by another, and exceptions with their stacks. */
export async function receiveReport(request: IncomingMessage, listeners: ReportListeners): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const reports = reportsSchema.parse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  const [account, script, version] = callerSchema.parse(
    String(request.headers["x-lockstep-caller"]).split("/"),
  );
  for (const report of reports) {
    switch (report.kind) {
      case "call": {
        const { kind, ...invocation } = report;
        listeners.onInvocation({ account, ...invocation });
        break;
      }
      case "exception": {
        const text = report.text.replaceAll("file:///", "");
        listeners.onLog({ account, script, version, stream: "stderr", text, atMs: report.atMs });
        break;
      }
      case "trace":
        listeners.onTrace(account, script, { version, item: report.item });
        break;
      case "wake":
        listeners.onWake(account, report.script);
        break;
      default:
        report satisfies never;
    }
  }
}
