import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { keyHeader } from "../../door-key.ts";

/** Cloudflare's own limit, for all headers of a request or an answer together. */
export const maximumHeaderBytes = 128 * 1024;

/** Only the edge says these; a visitor's own are dropped, as on Cloudflare. */
const edgeOnly = new Set<string>([
  keyHeader,
  "mf-cf-blob",
  "cf-connecting-ip",
  "cf-ipcountry",
  "cf-ray",
  "cf-visitor",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-real-ip",
]);
/** What concerns one connection is not passed to the next. */
const perConnection = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding"]);
/** An upgrade that is not made, such as a client's offer of HTTP/2, is nobody's business further on. */
const refusedUpgrade = new Set(["connection", "upgrade", "http2-settings"]);

/** The only upgrade there is. */
export const wantsWebSocket = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === "websocket";

/** A visitor's headers with what Cloudflare's edge adds, `request.cf`, and the key of the cell's port. Names and values in turn. */
export function forwarded(request: IncomingMessage, key: string): string[] {
  const address = request.socket.remoteAddress ?? "127.0.0.1";
  const cf = {
    colo: "LOC",
    country: "XX",
    asn: 0,
    httpProtocol: `HTTP/${request.httpVersion}`,
    tlsVersion: "",
    tlsCipher: "",
    clientAcceptEncoding: request.headers["accept-encoding"] ?? "",
  };
  return [
    ...without(
      request.rawHeaders,
      wantsWebSocket(request) ? edgeOnly : new Set([...edgeOnly, ...refusedUpgrade]),
    ),
    ...[keyHeader, key],
    ...["MF-CF-Blob", JSON.stringify(cf)],
    ...["CF-Connecting-IP", address, "X-Real-IP", address, "X-Forwarded-For", address],
    ...["X-Forwarded-Proto", "http", "CF-Visitor", '{"scheme":"http"}'],
    ...["CF-IPCountry", "XX", "CF-Ray", randomBytes(8).toString("hex")],
  ];
}

/** A worker's headers for the visitor. Names and values in turn. */
export const answered = (raw: readonly string[]): string[] => without(raw, perConnection);

function without(raw: readonly string[], dropped: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = "", value = ""] = raw.slice(i, i + 2);
    if (!dropped.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}
