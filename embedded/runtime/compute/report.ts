import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { Invocation, LogLine } from "../compute.ts";

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
    }),
    z.object({ kind: z.literal("exception"), text: z.string(), atMs: z.number() }),
  ]),
);
const callerSchema = z.tuple([z.string(), z.string(), z.string()]);

export interface ReportListeners {
  readonly onInvocation: (invocation: Invocation) => void;
  readonly onLog: (line: LogLine) => void;
}

/** What the link of a cell tells: calls of one script by another, and exceptions with their stacks. */
export async function receiveReport(request: IncomingMessage, listeners: ReportListeners): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const reports = reportsSchema.parse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  const [account, script, version] = callerSchema.parse(
    String(request.headers["x-lockstep-caller"]).split("/"),
  );
  for (const { kind, ...report } of reports) {
    if ("text" in report)
      listeners.onLog({
        account,
        script,
        version,
        stream: "stderr",
        text: report.text.replaceAll("file:///", ""),
        atMs: report.atMs,
      });
    else listeners.onInvocation({ account, ...report });
  }
}
