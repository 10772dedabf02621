import { httpHeaders, type ObjectEntry } from "./object.ts";

type Metadata = Pick<ObjectEntry, "httpMetadata" | "customMetadata">;

/** What of an object's metadata S3 can write, and the names of what it writes otherwise or not at all. */
export interface Carried extends Metadata {
  readonly lost: readonly string[];
}

/**
 * Workers may give an object metadata that no header can carry: names in capitals come back in small letters, names beyond ASCII and HTTP metadata
 * beyond ASCII do not come back at all.
 */
export function carried({ httpMetadata, customMetadata }: Metadata): Carried {
  const http = Object.entries(httpMetadata).filter(([, value]) => isPlain(value));
  const custom: Record<string, string> = {};
  const lost = Object.keys(httpMetadata).filter((name) => !http.some(([kept]) => kept === name));
  for (const [name, value] of Object.entries(customMetadata)) {
    const lower = name.toLowerCase();
    const fits = /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower) && custom[lower] === undefined;
    if (fits) custom[lower] = value;
    if (!fits || lower !== name) lost.push(name);
  }
  return { httpMetadata: Object.fromEntries(http), customMetadata: custom, lost };
}

/** An object's metadata as headers of S3. */
export function putHeaders(entry: ObjectEntry): Readonly<Record<string, string>> {
  const { httpMetadata, customMetadata } = carried(entry);
  const headers: Record<string, string> = {};
  for (const [header, name] of Object.entries(httpHeaders)) {
    const value = httpMetadata[name];
    if (value !== undefined) headers[header] = value;
  }
  for (const [name, value] of Object.entries(customMetadata))
    headers[`x-amz-meta-${name}`] = isPlain(value) ? value : encodedWord(value);
  if (entry.storageClass === "InfrequentAccess") headers["x-amz-storage-class"] = "STANDARD_IA";
  return headers;
}

/** Whether an object has the metadata that an entry's have become by being put. */
export function sameMetadata(entry: Metadata, is: Metadata): boolean {
  const { httpMetadata, customMetadata } = carried(entry);
  const { contentType, ...others } = is.httpMetadata;
  // Whoever says no type gets this one.
  const added = httpMetadata["contentType"] === undefined && contentType === "application/octet-stream";
  return (
    sorted(httpMetadata) === sorted(added ? others : is.httpMetadata) &&
    sorted(customMetadata) === sorted(is.customMetadata)
  );
}

const sorted = (metadata: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

/** What a header carries as it is, and a signature does not shorten. */
const isPlain = (value: string): boolean => /^[!-~]+( [!-~]+)*$/.test(value) && !value.includes("=?");

/** R2 understands RFC 2047 in these headers. */
const encodedWord = (value: string): string => `=?UTF-8?B?${Buffer.from(value).toString("base64")}?=`;
