import type { IncomingMessage } from "node:http";
import type { Transform } from "node:stream";
import { constants, createBrotliCompress, createGzip } from "node:zlib";

/** What Cloudflare compresses on the way to a visitor: text, and formats that shrink like it. */
const types = new Set(
  `text/html text/richtext text/plain text/css text/x-script text/x-component text/x-java-source text/x-markdown
  text/javascript text/js text/xml application/javascript application/x-javascript application/json application/ld+json
  application/graphql+json application/geo+json application/vnd.api+json application/manifest+json application/xml
  application/rss+xml application/atom+xml application/xhtml+xml application/wasm application/x-protobuf image/svg+xml
  image/x-icon image/vnd.microsoft.icon font/ttf font/otf application/vnd.ms-fontobject application/ttf application/otf
  application/opentype application/truetype application/eot application/font-sfnt application/x-perl
  application/x-httpd-cgi multipart/bag multipart/mixed`.split(/\s+/),
);

/** Below it a body only grows. */
const fewestBytes = 48;

type Encoding = "br" | "gzip";

/** What of the visitor's Accept-Encoding is used: Brotli where it is as welcome as gzip. */
export function encodingFor(accepted: string | undefined): Encoding | undefined {
  const quality = (encoding: Encoding): number => {
    for (const each of (accepted ?? "").toLowerCase().split(",")) {
      const [name = "", ...parameters] = each.split(";").map((part) => part.trim());
      if (name !== encoding) continue;
      const q = Number(parameters.find((part) => part.startsWith("q="))?.slice(2) ?? 1);
      return Number.isNaN(q) ? 0 : q;
    }
    return 0;
  };
  const [br, gzip] = [quality("br"), quality("gzip")];
  if (br > 0 && br >= gzip) return "br";
  return gzip > 0 ? "gzip" : undefined;
}

/** Whether and how an answer is compressed. What a worker has encoded, and what it says not to transform, is left alone. */
export function compressionOf(request: IncomingMessage, answer: IncomingMessage): Encoding | undefined {
  const { headers, statusCode = 0 } = answer;
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const length = headers["content-length"];
  const stays =
    request.method === "HEAD" ||
    [204, 206, 304].includes(statusCode) ||
    headers["content-encoding"] !== undefined ||
    /\bno-transform\b/i.test(headers["cache-control"] ?? "") ||
    !types.has(type) ||
    (length !== undefined && Number(length) < fewestBytes);
  return stays ? undefined : encodingFor(request.headers["accept-encoding"]);
}

/** Every piece that comes is sent on at once: a page that a worker writes bit by bit arrives so. */
export const compressor = (encoding: Encoding): Transform =>
  encoding === "br"
    ? createBrotliCompress({
        flush: constants.BROTLI_OPERATION_FLUSH,
        params: { [constants.BROTLI_PARAM_QUALITY]: 4 },
      })
    : createGzip({ flush: constants.Z_SYNC_FLUSH });

/** The headers of the compressed answer: other bytes than the worker's, so of another length, and only weakly the same. */
export function compressedHeaders(raw: readonly string[], encoding: Encoding): string[] {
  const kept: string[] = [];
  let vary = "accept-encoding";
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = "", value = ""] = raw.slice(i, i + 2);
    switch (name.toLowerCase()) {
      case "content-length":
        break;
      case "vary":
        vary = /(^|,)\s*(accept-encoding|\*)\s*(,|$)/i.test(value) ? value : `${value}, accept-encoding`;
        break;
      case "etag":
        kept.push(name, value.startsWith('"') ? `W/${value}` : value);
        break;
      default:
        kept.push(name, value);
    }
  }
  return [...kept, "vary", vary, "content-encoding", encoding];
}
