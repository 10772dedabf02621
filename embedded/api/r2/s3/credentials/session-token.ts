import { createHash, createHmac } from "node:crypto";
import { z } from "zod";
import { parsedJson } from "../../../../../src/files/json.ts";
import { S3Failure } from "../failure.ts";
import { type Grant, scopes } from "./grant.ts";
import { same } from "./signature.ts";

/** Whose credentials they are: an access key, the secret that belongs to it, and its account. */
export interface Parent {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly accountId: string;
}

const header = z.object({ alg: z.literal("HS256") });
const scope = z.enum(["object-read-only", "object-read-write", "admin-read-only", "admin-read-write"]);
const claims = z
  .object({
    bucket: z.string().min(1),
    scope: scope.optional(),
    actions: z.array(z.string()).min(1).optional(),
    paths: z
      .object({
        prefixPaths: z.array(z.string()).default([]),
        objectPaths: z.array(z.string()).default([]),
      })
      .optional(),
    iss: z.string(),
    sub: z.string().optional(),
    iat: z.number().optional(),
    exp: z.number(),
  })
  .refine((all) => all.scope !== undefined || all.actions !== undefined);
export type Claims = z.infer<typeof claims>;
export const permission = scope;

export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const signatureOf = (signed: string, secret: string): string =>
  createHmac("sha256", secret).update(signed).digest("base64url");

/** As R2's clients make them without asking anybody: a JWT, signed with the parent's secret. Nothing is kept of it. */
export function temporaryCredentials(
  { accessKeyId, secret, accountId }: Parent,
  granted: Omit<Claims, "iss" | "sub">,
): TemporaryCredentials {
  const payload: Claims = { ...granted, iss: accessKeyId, sub: accountId };
  const signed = `${base64url({ alg: "HS256", typ: "JWT" })}.${base64url(payload)}`;
  const jwt = `${signed}.${signatureOf(signed, secret)}`;
  return {
    accessKeyId,
    secretAccessKey: sha256(jwt),
    sessionToken: Buffer.from(`jwt/${jwt}`).toString("base64"),
  };
}

/**
 * The secret that requests with this session token are signed with, and what it allows. Throws S3's refusals. The token's
 * audience is not looked at: an endpoint has several addresses here.
 */
export function fromSessionToken(
  sessionToken: string,
  { accessKeyId, secret, accountId }: Parent,
  nowMs: number,
): { readonly secret: string; readonly grant: Grant } {
  const text = Buffer.from(sessionToken, "base64").toString("utf8");
  const jwt = text.startsWith("jwt/") ? text.slice(4) : "";
  const [head = "", body = "", signature = ""] = jwt.split(".");
  const known = header.safeParse(parsedJson(textOf(head)));
  const read = claims.safeParse(parsedJson(textOf(body)));
  if (!known.success || !read.success || !same(signatureOf(`${head}.${body}`, secret), signature))
    throw unauthorized();
  const { data } = read;
  if (data.iss !== accessKeyId || (data.sub !== undefined && data.sub !== accountId)) throw unauthorized();
  if (data.exp * 1_000 <= nowMs) throw new S3Failure(400, "ExpiredToken", "The provided token has expired.");
  return { secret: sha256(jwt), grant: grantOf(data) };
}

function grantOf({ bucket, scope: preset, actions, paths }: Claims): Grant {
  const allowed = preset === undefined ? undefined : new Set<string>(scopes[preset]);
  const named = actions?.filter((action) => allowed?.has(action) ?? true);
  return {
    bucket,
    actions: named === undefined ? (allowed ?? new Set()) : new Set(named),
    paths: paths && { prefixes: paths.prefixPaths, objects: paths.objectPaths },
  };
}

const unauthorized = (): S3Failure => new S3Failure(401, "Unauthorized", "Unauthorized");

const textOf = (part: string): string => Buffer.from(part, "base64url").toString("utf8");
