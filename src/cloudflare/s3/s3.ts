import { createHash } from "node:crypto";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { pipeline, Readable } from "node:stream";
import { UserError } from "../../diagnostic/user-error.ts";
import type { Connection } from "../connection.ts";
import { tokenId } from "../own-token.ts";
import { element } from "./read-xml.ts";
import { encoded, queryText, type S3Credentials, signed } from "./sign.ts";

/** R2's S3 API of an account: the one that carries objects of any size, with all of their metadata. */
export interface S3 extends S3Credentials {
  /** Of buckets of a jurisdiction: `https://<account id>.r2.cloudflarestorage.com`. */
  readonly endpoint: (jurisdiction: string) => URL;
}

/** The S3 API with the token that the v4 API is asked with. Throws UserError where Cloudflare does not know that token's id. */
export async function s3Of(connection: Connection, accountId: string): Promise<S3> {
  const id = await tokenId(connection, accountId);
  if (id === undefined)
    throw new UserError({
      what: "Objects of buckets are read and written with R2's S3 API, which knows an API token by its id; nothing was done",
      where: "CLOUDFLARE_API_TOKEN",
      got: "a token whose id Cloudflare does not tell",
      expected: "an API token of the account or of a user, which may read R2",
      fix: "use an API token, not a login of wrangler or a global API key",
    });
  const secret = createHash("sha256").update(connection.token).digest("hex");
  return {
    accessKeyId: id,
    secret,
    endpoint: (jurisdiction) => endpointBeside(connection, accountId, jurisdiction),
  };
}

export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly bucket: string;
  /** @default "default" */
  readonly jurisdiction?: string;
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes, or a stream of exactly so many. */
  readonly body?: Uint8Array | { readonly bytes: number; readonly parts: AsyncIterable<Uint8Array> };
}

export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Has to be read to its end, or destroyed. */
  readonly body: IncomingMessage;
}

/** Longer than that nobody is silent in the middle of a request. */
const silenceMs = 60_000;

/** One request; throws where there is no answer. The status is the caller's to read. */
export function sendS3(s3: S3, sent: S3Request): Promise<S3Answer> {
  const { method, bucket, key, query = {}, headers = {}, body } = sent;
  const base = s3.endpoint(sent.jurisdiction ?? "default");
  const path = `${base.pathname.replace(/\/$/, "")}/${encoded(bucket)}/${key.split("/").map(encoded).join("/")}`;
  const length = body === undefined ? 0 : body instanceof Uint8Array ? body.length : body.bytes;
  const all = signed({ method, host: base.host, path, query, headers }, s3, new Date());
  const search = queryText(query);
  return new Promise((resolve, reject) => {
    const request = (base.protocol === "https:" ? httpsRequest : httpRequest)(
      {
        host: base.hostname,
        port: base.port,
        method,
        path: search === "" ? path : `${path}?${search}`,
        headers: {
          "user-agent": "lockstep",
          ...all,
          ...(method === "PUT" || method === "POST" ? { "content-length": String(length) } : {}),
        },
        timeout: silenceMs,
        // As in exchange.ts: on this machine a new connection costs nothing, and a kept one may be closed under a write.
        agent: base.protocol === "https:" ? undefined : false,
      },
      (answer) => {
        const received = Object.entries(answer.headers).map(([name, value]) => [name, value?.toString()]);
        resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(received), body: answer });
      },
    );
    request.on("timeout", () => request.destroy(new Error(`no byte within ${silenceMs} ms`)));
    request.on("error", reject);
    if (body === undefined || body instanceof Uint8Array) request.end(body);
    else {
      const parts = Readable.from(body.parts, { objectMode: false });
      // Before the request breaks for it, which says nothing of the reason.
      parts.on("error", reject);
      pipeline(parts, request, () => undefined);
    }
  });
}

/** Whoever is no Cloudflare serves S3 beside its API, as the embedded one does. */
function endpointBeside(connection: Connection, accountId: string, jurisdiction: string): URL {
  const { hostname, origin } = new URL(connection.baseUrl);
  if (hostname === "api.cloudflare.com") return endpointOf(accountId, jurisdiction);
  return new URL(`${origin}/r2/${placed(accountId, jurisdiction)}`);
}

/** Where an account's buckets are reached at Cloudflare. */
export const endpointOf = (accountId: string, jurisdiction: string): URL =>
  new URL(`https://${placed(accountId, jurisdiction)}.r2.cloudflarestorage.com`);

const placed = (accountId: string, jurisdiction: string): string =>
  jurisdiction === "default" ? accountId : `${accountId}.${jurisdiction}`;

/** An answer's body as text, no longer than a document of S3. */
export async function textOf({ body }: S3Answer): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

/** What S3 says of a refusal: `HTTP 403 AccessDenied: Access Denied`. */
export async function refusalOf(answer: S3Answer): Promise<string> {
  const text = await textOf(answer);
  const code = element(text, "Code") ?? "";
  return `HTTP ${answer.status} ${code}: ${element(text, "Message") ?? text.slice(0, 200)}`;
}
