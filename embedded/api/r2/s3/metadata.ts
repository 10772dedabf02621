import type { R2ObjectInfo } from "../../../runtime/stores.ts";
import { httpHeaders } from "../http-metadata.ts";
import { fromHeader, isHeaderName, toHeader } from "./encoded-word.ts";
import { invalidArgument } from "./failure.ts";
import { quoted } from "./operation.ts";

interface Metadata {
  readonly httpMetadata: Readonly<Record<string, string>>;
  readonly customMetadata: Readonly<Record<string, string>>;
}

const customPrefix = "x-amz-meta-";

/** What a request says of the object that it writes. */
export function metadataOf(headers: Readonly<Record<string, string>>): Metadata {
  const httpMetadata: Record<string, string> = {};
  for (const [header, field] of Object.entries(httpHeaders)) {
    const value = header === "content-encoding" ? withoutChunks(headers[header]) : headers[header];
    if (value !== undefined) httpMetadata[field] = header === "expires" ? msOf(value) : value;
  }
  const customMetadata = Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(customPrefix) ? [[name.slice(customPrefix.length), fromHeader(value)] as const] : [],
    ),
  );
  return { httpMetadata, customMetadata };
}

/** `aws-chunked` is how the body travelled, not how the object is encoded. */
function withoutChunks(value: string | undefined): string | undefined {
  const kept = (value ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "" && each !== "aws-chunked");
  return kept.length === 0 ? undefined : kept.join(",");
}

function msOf(value: string): string {
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw invalidArgument(`Expires is not a date: ${value}`);
  return String(ms);
}

/** An object's headers, with those that the address asks for instead (`response-content-type` and the like). */
export function headersOf(
  object: R2ObjectInfo,
  query: ReadonlyMap<string, string> = new Map(),
): Record<string, string> {
  const headers: Record<string, string> = {
    "accept-ranges": "bytes",
    "content-type": "application/octet-stream",
    etag: quoted(object.etag),
    "last-modified": new Date(object.uploadedMs).toUTCString(),
  };
  for (const [header, field] of Object.entries(httpHeaders)) {
    const kept = object.httpMetadata[field];
    const value = header === "expires" && kept !== undefined ? new Date(Number(kept)).toUTCString() : kept;
    const wanted = query.get(`response-${header}`) ?? value;
    if (wanted !== undefined) headers[header] = wanted;
  }
  const custom = Object.entries(object.customMetadata);
  const missing = custom.filter(([name]) => !isHeaderName(name)).length;
  for (const [name, value] of custom) if (isHeaderName(name)) headers[customPrefix + name] = toHeader(value);
  return missing === 0 ? headers : { ...headers, "x-amz-missing-meta": String(missing) };
}
