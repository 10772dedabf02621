import { createHash, createHmac, type Hash, timingSafeEqual } from "node:crypto";
import { encoded, encodedPath } from "../encoding.ts";
import { invalidArgument, S3Failure } from "../failure.ts";

/** A request as it was sent. */
export interface Sent {
  readonly method: string;
  /** With slashes, decoded. */
  readonly path: string;
  readonly parameters: readonly (readonly [string, string])[];
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a signature says of itself. */
interface Claim {
  readonly accessKeyId: string;
  /** `20260601/auto/s3/aws4_request` */
  readonly scope: string;
  /** `20260601T120000Z` */
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** SHA-256 of the body in hex, or one of AWS's words for how the body is sent. */
  readonly payload: string;
  readonly presigned: boolean;
}

/** A request whose signature holds. */
export interface Signed {
  readonly accessKeyId: string;
  readonly payload: string;
  readonly date: string;
  readonly scope: string;
  /** What the first chunk of a streamed body is signed after. */
  readonly signature: string;
  readonly signingKey: Buffer;
}

const algorithm = "AWS4-HMAC-SHA256";
const regions = ["auto", "us-east-1", "wnam", "enam", "weur", "eeur", "apac", "oc"];
const mostSkewMs = 15 * 60 * 1_000;
const longestSeconds = 7 * 24 * 60 * 60;

/** Checks a request's AWS Signature Version 4, in its header or its address. Throws S3's refusals. */
export function verify(
  sent: Sent,
  secretOf: (accessKeyId: string) => string | undefined,
  nowMs: number,
): Signed {
  const claim = claimOf(sent, nowMs);
  const [day = "", region = "", service = "", end = ""] = claim.scope.split("/");
  if (service !== "s3" || end !== "aws4_request" || !claim.date.startsWith(day))
    throw invalidArgument("the credential's scope must be <day of the signature>/<region>/s3/aws4_request");
  if (!regions.includes(region))
    throw new S3Failure(
      400,
      "InvalidRegionName",
      `The region name '${region}' is not valid. Must be one of: wnam, enam, weur, eeur, apac, oc, auto`,
    );
  if (!claim.signedHeaders.includes("host")) throw unauthorized();
  const secret = secretOf(claim.accessKeyId);
  if (secret === undefined) throw unauthorized();
  const signingKey = [day, region, service, end].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${secret}`),
  );
  const text = [algorithm, claim.date, claim.scope, sha256(canonicalRequest(sent, claim))].join("\n");
  if (!same(hmac(signingKey, text).toString("hex"), claim.signature))
    throw new S3Failure(
      403,
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your secret access key and signing method.",
    );
  const { accessKeyId, payload, date, scope, signature } = claim;
  return { accessKeyId, payload, date, scope, signature, signingKey };
}

const unauthorized = (): S3Failure => new S3Failure(401, "Unauthorized", "Unauthorized");

function claimOf(sent: Sent, nowMs: number): Claim {
  const query = new Map(sent.parameters);
  const header = sent.headers["authorization"];
  if (header !== undefined) return claimOfHeader(header, sent, nowMs);
  if (query.has("X-Amz-Credential")) return claimOfAddress(query, nowMs);
  throw invalidArgument("Authorization");
}

function claimOfHeader(header: string, { headers }: Sent, nowMs: number): Claim {
  const fields = new Map(
    header
      .slice(algorithm.length)
      .split(",")
      .map((each) => {
        const at = each.indexOf("=");
        return [each.slice(0, at).trim(), each.slice(at + 1).trim()] as const;
      }),
  );
  const credential = fields.get("Credential");
  const signedHeaders = fields.get("SignedHeaders");
  const signature = fields.get("Signature");
  if (!header.startsWith(`${algorithm} `) || !credential || !signedHeaders || !signature)
    throw invalidArgument(`Unsupported Authorization type: only ${algorithm} is`);
  const payload = headers["x-amz-content-sha256"];
  if (payload === undefined) throw new S3Failure(400, "InvalidRequest", "Missing x-amz-content-sha256");
  const date = headers["x-amz-date"];
  if (date === undefined) throw invalidArgument("No date provided in x-amz-date");
  if (Math.abs(nowMs - timeOf(date)) > mostSkewMs)
    throw new S3Failure(
      403,
      "RequestTimeTooSkewed",
      "The difference between the request time and the server's time is too large.",
    );
  return {
    ...credentialOf(credential),
    date,
    signature,
    payload,
    signedHeaders: signedHeaders.split(";"),
    presigned: false,
  };
}

function claimOfAddress(query: ReadonlyMap<string, string>, nowMs: number): Claim {
  const parameter = (name: string): string => {
    const value = query.get(name);
    if (value === undefined) throw invalidArgument(`Required search parameter ${name} missing`);
    return value;
  };
  if (parameter("X-Amz-Algorithm") !== algorithm)
    throw invalidArgument(`Unsupported X-Amz-Algorithm: only ${algorithm} is`);
  const date = parameter("X-Amz-Date");
  const seconds = Number(parameter("X-Amz-Expires") || Number.NaN);
  if (Number.isNaN(seconds)) throw invalidArgument("X-Amz-Expires should be a number");
  if (seconds > longestSeconds)
    throw invalidArgument(`X-Amz-Expires must be less than a week, ${longestSeconds} seconds`);
  if (seconds < 1 || nowMs > timeOf(date) + seconds * 1_000)
    throw new S3Failure(403, "ExpiredRequest", "Request has expired");
  return {
    ...credentialOf(parameter("X-Amz-Credential")),
    date,
    signature: parameter("X-Amz-Signature"),
    signedHeaders: parameter("X-Amz-SignedHeaders").split(";"),
    payload: query.get("X-Amz-Content-Sha256") ?? "UNSIGNED-PAYLOAD",
    presigned: true,
  };
}

function credentialOf(text: string): Pick<Claim, "accessKeyId" | "scope"> {
  const at = text.indexOf("/");
  const accessKeyId = text.slice(0, at);
  if (accessKeyId.length !== 32)
    throw invalidArgument(`Credential access key has length ${accessKeyId.length}, should be 32`);
  return { accessKeyId, scope: text.slice(at + 1) };
}

function timeOf(date: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(ms)) throw invalidArgument(`Date provided (${date}) didn't parse successfully`);
  return ms;
}

function canonicalRequest({ method, path, parameters, headers }: Sent, claim: Claim): string {
  const query = parameters
    .filter(([name]) => !(claim.presigned && name === "X-Amz-Signature"))
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map((pair) => pair.join("="));
  const signed = claim.signedHeaders.map(
    (name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}\n`,
  );
  return [
    method,
    encodedPath(path),
    query.join("&"),
    signed.join(""),
    claim.signedHeaders.join(";"),
    claim.payload,
  ].join("\n");
}

export const sha256Hash = (): Hash => createHash("sha256");
export const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
export const hmac = (key: Uint8Array, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

export const same = (expected: string, given: string): boolean =>
  expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
