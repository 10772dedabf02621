import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { answerBesideBody } from "../../../lingering-close.ts";
import { toOriginForm } from "../../../request-target.ts";
import type { Compute, PreviewAt } from "../../compute.ts";
import type { Cell } from "../cell/cell.ts";
import { type ReportListeners, receiveReport } from "../cell/report.ts";
import type { Wake } from "../deploy.ts";
import type { Place, Script, Scripts } from "../scripts.ts";
import { announcesTooMuch } from "./body-limit.ts";
import { choose } from "./choose.ts";
import { badTarget, doesNotStart, notServed, type TextAnswer, tooLarge } from "./pages.ts";
import { previewPlace } from "./preview.ts";
import { proxyRequest } from "./proxy.ts";
import { answerRun, askedRun } from "./scheduled.ts";
import { endWith, proxyUpgrade } from "./upgrade.ts";

/** Whose an address is by a route or a custom domain. */
export type WorkerAt = (
  host: string,
  path: string,
) => { readonly account: string; readonly script: string } | undefined;

export interface FrontOptions extends ReportListeners {
  readonly scripts: Scripts;
  readonly workerAt: WorkerAt;
  readonly previewAt: PreviewAt;
  readonly wake: Wake;
  readonly scheduled: Compute["scheduled"];
  /** Known to the cells' links alone. */
  readonly nonce: string;
}

/** Without the query: there are tokens in some. */
const pathOf = (request: IncomingMessage): string => (request.url ?? "").split("?")[0] ?? "";

/** How long a request waits for a script that is starting. */
const startLimitMs = 30_000;

/**
 * The cell of one of a script's versions, for a request to `<script>.<account name>.localhost`, or to an address of a route or
 * a custom domain: by that name itself, as a DNS of one's own or a header would lead there, or with `.localhost` behind it, which
 * browsers take to this machine.
 */
export function frontDoor(server: Server, options: FrontOptions): void {
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const answer = async (): Promise<void> => {
      if (request.headers["x-lockstep-report"] === options.nonce) {
        await receiveReport(request, options);
        response.writeHead(204).end();
        return;
      }
      const found = await answerFor(request, options);
      if ("text" in found) answerBesideBody(request, response, { ...found, body: found.text });
      else await proxyRequest(request, response, found.cell, options);
    };
    answer().catch((error: unknown) => {
      console.error(
        "front door: could not answer",
        request.method,
        request.headers.host,
        pathOf(request),
        error,
      );
      response.destroy();
    });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    toOriginForm(request);
    const answer = async (): Promise<void> => {
      const found = await cellFor(request, options);
      if ("text" in found) endWith(socket, found);
      else await proxyUpgrade(request, socket, head, found.cell, options);
    };
    answer().catch((error: unknown) => {
      console.error("front door: could not upgrade", request.headers.host, pathOf(request), error);
      socket.destroy();
    });
  });
  // Streams and long polls live as long as their worker lets them.
  server.requestTimeout = 0;
}

async function answerFor(
  request: IncomingMessage,
  options: FrontOptions,
): Promise<{ readonly cell: Cell } | TextAnswer> {
  if (!toOriginForm(request)) return badTarget;
  if (announcesTooMuch(request)) return tooLarge;
  const asked = askedRun(request);
  const served = await cellFor(request, options);
  return "cell" in served && asked !== undefined
    ? answerRun(options.scheduled, served.cell.name, asked)
    : served;
}

async function cellFor(
  request: IncomingMessage,
  options: FrontOptions,
): Promise<{ readonly cell: Cell } | TextAnswer> {
  const { scripts, workerAt, previewAt } = options;
  const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  const [, label = "", accountName = ""] = /^([^.]+)\.([^.]+)\.localhost$/.exec(host) ?? [];
  const own = scripts.byHost(accountName, label);
  const at = own?.subdomainEnabled
    ? undefined
    : workerAt(host.replace(/\.localhost$/, ""), request.url ?? "/");
  const script = at === undefined ? own : scripts.find(at.account, at.script);
  if (script === undefined || (at === undefined && !script.subdomainEnabled)) {
    const preview = label === "" ? undefined : previewAt(accountName, label);
    if (preview === undefined) return notServed(request, scripts, script);
    const previewed = scripts.findOrAdd(preview.name);
    return awake(previewed, previewPlace(previewed, preview), options);
  }
  const name = script.name.script;
  if (script.state === "starting")
    await Promise.race([script.opened, sleep(startLimitMs, undefined, { ref: false })]);
  const place = choose(script.shares, name, request.headers);
  return place === undefined ? notServed(request, scripts, script) : awake(script, place, options);
}

async function awake(
  script: Script,
  place: Place,
  { wake, onLog }: FrontOptions,
): Promise<{ readonly cell: Cell } | TextAnswer> {
  const name = script.name.script;
  try {
    return { cell: await wake(script, place) };
  } catch (error) {
    const text = `${name} does not start: ${error instanceof Error ? error.message : String(error)}`;
    const { account } = script.name;
    onLog({ account, script: name, version: place.version.id, stream: "stderr", text, atMs: Date.now() });
    return doesNotStart(name);
  }
}
