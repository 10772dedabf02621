import { createHash, createHmac } from "node:crypto";

/** What requests to R2's S3 API are signed with: an API token's id, and the SHA-256 of its value. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secret: string;
}

export interface Unsigned {
  readonly method: string;
  /** `127.0.0.1:8787` */
  readonly host: string;
  /** With slashes, encoded as it is sent. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names; their values without spaces at the ends or two in a row. */
  readonly headers: Readonly<Record<string, string>>;
}

/** As AWS writes a text into an address: everything but letters, digits and `-._~`. */
export const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The query as it is signed and sent. */
export const queryText = (query: Readonly<Record<string, string>>): string =>
  Object.entries(query)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join("&");

/** The body is not in the signature: it is streamed, and the connection carries it unchanged. */
const payload = "UNSIGNED-PAYLOAD";

/** The headers of a request with its AWS Signature Version 4. */
export function signed(
  { method, host, path, query, headers }: Unsigned,
  { accessKeyId, secret }: S3Credentials,
  now: Date,
): Readonly<Record<string, string>> {
  const date = now
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(/[-:]/g, "");
  const all: Readonly<Record<string, string>> = {
    ...headers,
    host,
    "x-amz-content-sha256": payload,
    "x-amz-date": date,
  };
  const names = Object.keys(all).sort();
  const canonical = [
    method,
    path,
    queryText(query),
    ...names.map((name) => `${name}:${all[name]}`),
    "",
    names.join(";"),
    payload,
  ].join("\n");
  const scope = [date.slice(0, 8), "auto", "s3", "aws4_request"];
  const key = scope.reduce<Buffer>((from, part) => hmac(from, part), Buffer.from(`AWS4${secret}`));
  const digest = createHash("sha256").update(canonical).digest("hex");
  const text = ["AWS4-HMAC-SHA256", date, scope.join("/"), digest].join("\n");
  const signature = hmac(key, text).toString("hex");
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join("/")}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}

const hmac = (key: Uint8Array, text: string): Buffer => createHmac("sha256", key).update(text).digest();
