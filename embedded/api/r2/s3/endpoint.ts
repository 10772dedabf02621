import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendPieces } from "../../../send-pieces.ts";
import type { Account, World } from "../../../world.ts";
import { Disconnected } from "../../http/body.ts";
import { diskFullText } from "../../http/disk-full.ts";
import { spoolFolder } from "../../http/spool.ts";
import { allows, statusOf, type Token } from "../../http/tokens.ts";
import { findBucket, type Jurisdiction } from "../buckets.ts";
import { corsHeaders, preflight } from "./cors.ts";
import { accessDenied, type Grant } from "./credentials/grant.ts";
import { fromSessionToken } from "./credentials/session-token.ts";
import { type Sent, verify } from "./credentials/signature.ts";
import { decoded, parametersOf } from "./encoding.ts";
import { asS3Failure, S3Failure } from "./failure.ts";
import type { S3Reply } from "./operation.ts";
import { bodyOf } from "./request-body.ts";
import { operate } from "./route.ts";
import { xmlError } from "./xml.ts";

export interface S3Options {
  readonly world: World;
  readonly accounts: () => readonly Account[];
  /** The token with this id, and the secret access key that belongs to it: the SHA-256 of its value in hex. */
  readonly credentials: (
    accessKeyId: string,
  ) => { readonly token: Token; readonly secret: string } | undefined;
  readonly log: (line: string) => void;
}

/** What an address names. */
interface Place {
  readonly accountId: string;
  readonly jurisdiction: Jurisdiction;
  readonly bucket: string;
  readonly key: string;
}

const accountPattern = "([0-9a-f]{32})(?:\\.(eu|us|fedramp))?";
const hostPattern = new RegExp(`^(?:([a-z0-9-]+)\\.)?${accountPattern}\\.r2\\.localhost$`);
const pathPattern = new RegExp(`^/r2/${accountPattern}(?:/|$)`);

/**
 * Answers a request of an S3 client. Two addresses lead here: `http://127.0.0.1:<port>/r2/<account id>`, which every client can
 * resolve, and `http://<account id>.r2.localhost:<port>`, with the bucket before it or in the path, as at Cloudflare.
 *
 * @returns whether the request was one
 */
export const s3Endpoint =
  (options: S3Options) =>
  (request: IncomingMessage, response: ServerResponse): boolean => {
    const place = placeOf(request);
    if (place === undefined) return false;
    answer(request, response, place, options).catch((error: unknown) => {
      options.log(`s3: could not answer ${request.method} ${pathOf(request)}: ${stackOf(error)}`);
      response.destroy();
    });
    return true;
  };

function placeOf(request: IncomingMessage): Place | undefined {
  const path = pathOf(request);
  const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  const byHost = hostPattern.exec(host);
  const byPath =
    byHost === null && ["127.0.0.1", "localhost", "[::1]"].includes(host) ? pathPattern.exec(path) : null;
  if (byHost === null && byPath === null) return undefined;
  const [accountId = "", jurisdiction] = byHost?.slice(2) ?? byPath?.slice(1) ?? [];
  const rest = byPath === null ? path.slice(1) : path.slice(byPath[0].length);
  const named = byHost?.[1];
  const slash = rest.indexOf("/");
  const [first, others] = slash === -1 ? [rest, ""] : [rest.slice(0, slash), rest.slice(slash + 1)];
  return {
    accountId,
    jurisdiction: jurisdictionOf(jurisdiction),
    bucket: named ?? decoded(first),
    key: decoded(named === undefined ? others : rest),
  };
}

const jurisdictionOf = (text: string | undefined): Jurisdiction =>
  text === "eu" || text === "us" || text === "fedramp" ? text : "default";

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

const pathOf = (request: IncomingMessage): string => (request.url ?? "").split("?")[0] ?? "";
const queryOf = (request: IncomingMessage): string => (request.url ?? "").split("?").slice(1).join("?");

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  place: Place,
  options: S3Options,
): Promise<void> {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : (value ?? ""),
    ]),
  );
  const method = request.method ?? "GET";
  const bucket = findBucket(options.world.state, place.accountId, place.bucket, place.jurisdiction);
  if (method === "OPTIONS") {
    const allowed = preflight(bucket, headers);
    if (allowed !== undefined) return void response.writeHead(204, { ...allowed }).end();
    const refusal = new S3Failure(
      403,
      "Forbidden",
      "This CORS request is not allowed: no rule of the bucket's CORS policy matches it.",
    );
    return send(response, method, failureReply(refusal));
  }
  const origin = headers["origin"];
  const cors = bucket && origin ? corsHeaders(bucket, { origin, method, headers: [] }) : undefined;
  let reply: S3Reply;
  try {
    reply = await carriedOut(request, { method, headers, place }, options);
  } catch (error) {
    if (error instanceof Disconnected) return void response.destroy();
    const failure = asS3Failure(error);
    if (failure === undefined)
      options.log(`s3: internal error at ${method} ${pathOf(request)}: ${stackOf(error)}`);
    reply = failureReply(failure ?? internal(error, options.world.dataDir, headers));
  }
  send(response, method, { ...reply, headers: { ...reply.headers, ...cors } });
}

/** What went wrong inside; a full disk is named. */
function internal(error: unknown, dataDir: string, headers: Sent["headers"]): S3Failure {
  const full = diskFullText(error, dataDir, Number(headers["content-length"] ?? 0));
  return full === undefined
    ? new S3Failure(500, "InternalError", "We encountered an internal error. Please try again.")
    : new S3Failure(507, "InsufficientStorage", full);
}

async function carriedOut(
  request: IncomingMessage,
  {
    method,
    headers,
    place,
  }: { readonly method: string; readonly headers: Sent["headers"]; readonly place: Place },
  { world, accounts, credentials }: S3Options,
): Promise<S3Reply> {
  const parameters = parametersOf(queryOf(request));
  const sent: Sent = { method, path: decoded(pathOf(request)), parameters, headers };
  const sessionToken = headers["x-amz-security-token"] ?? new Map(parameters).get("X-Amz-Security-Token");
  let grant: Grant | undefined;
  const secretOf = (accessKeyId: string): string | undefined => {
    const secret = credentials(accessKeyId)?.secret;
    if (secret === undefined || sessionToken === undefined) return secret;
    const parent = { accessKeyId, secret, accountId: place.accountId };
    const session = fromSessionToken(sessionToken, parent, Date.now());
    grant = session.grant;
    return session.secret;
  };
  const signed = verify(sent, secretOf, Date.now());
  const token = credentials(signed.accessKeyId)?.token;
  const account = accounts().find(({ id }) => id === place.accountId);
  const level = ["GET", "HEAD"].includes(method) ? "Read" : "Edit";
  const { jurisdiction } = place;
  const permission =
    `${isOfItems(method, place, new Map(parameters)) ? "Workers R2 Storage Bucket Item" : "Workers R2 Storage"}:${level}` as const;
  const bucket = place.bucket === "" ? undefined : `${jurisdiction}_${place.bucket}`;
  if (
    account === undefined ||
    token === undefined ||
    statusOf(token) !== "active" ||
    !allows(token, permission, { account: account.id, bucket })
  )
    throw accessDenied();
  const body = bodyOf(request, { signed, headers, folder: spoolFolder(world.dataDir) });
  const query = new Map(parameters);
  return operate(
    { method, account, jurisdiction, query, headers, body, grant, world },
    place.bucket,
    place.key,
  );
}

/** Whether it is about what lies in a bucket: those who may read and write there need not see how it is set up. */
const isOfItems = (method: string, { bucket, key }: Place, query: ReadonlyMap<string, string>): boolean =>
  bucket !== "" &&
  (key !== "" ||
    method === "POST" ||
    (method === "GET" &&
      (query.has("list-type") || query.has("uploads") || query.has("prefix") || query.size === 0)));

const failureReply = ({ status, code, message, headers }: S3Failure): S3Reply => ({
  status,
  headers: { ...headers, "content-type": "application/xml" },
  body: xmlError({ Code: code, Message: message }),
});

/** Whoever was refused before the body was read must not send the rest of it as the next request. */
function send(response: ServerResponse, method: string, { status, headers, body }: S3Reply): void {
  const bare = method === "HEAD" || status === 204 || status === 304;
  response.writeHead(status, {
    "x-amz-request-id": randomUUID(),
    ...(!bare && typeof body === "string" && { "content-length": String(Buffer.byteLength(body)) }),
    ...headers,
    ...(status >= 400 && { connection: "close" }),
  });
  if (bare || typeof body === "string") response.end(bare ? undefined : body);
  else sendPieces(body, response);
  response.req.resume();
}
