import type { ZodType } from "zod";
import type { Permission } from "../../../src/permissions/permission.ts";
import type { Account, World } from "../../world.ts";
import type { Subject, Token } from "./tokens.ts";

/** One service of the v4 API: a table of routes, nothing else. One file a service. */
export interface Service {
  readonly name: string;
  readonly routes: readonly Route[];
}

export interface Route {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/client/v4`: `/accounts/:account/d1/database/:database`. A last segment `:key+` takes the rest, slashes included. */
  readonly path: string;
  /** What the token must carry; `undefined` only for what any valid token may ask. */
  readonly permission: Permission | undefined;
  /** `jwt` for asset uploads (their own session token), `signed` for addresses that are secrets themselves. @default token */
  readonly auth?: "token" | "jwt" | "signed";
  /** @default {@link usualBody} */
  readonly body?: BodyLimit;
  readonly handle: (request: ApiRequest, world: World) => Reply | Promise<Reply>;
}

/**
 * How much of a body is read. What says that it is larger is refused before its first byte, what turns out to be larger at the
 * byte that is too much: no more than this is ever in memory.
 */
export interface BodyLimit {
  readonly maximumBytes: number;
  /** What the service says of more. `bytes` is what the request announced, or how much came before it was cut off. @default 413, 7009 */
  readonly refusal?: (bytes: number) => ApiError;
}

const mebibyte = 1024 * 1024;

/** For routes that take JSON of moderate size. */
export const usualBody: BodyLimit = { maximumBytes: 16 * mebibyte };
/** What Cloudflare's API takes at most: for whole Workers, files and bulk writes. */
export const largeBody: BodyLimit = { maximumBytes: 100 * mebibyte };

export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  /** Path segments, percent-decoded once. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Headers;
  /** The account of `:account`; throws {@link ApiError} 7003 when the route has none. */
  readonly account: Account;
  /** The bearer token as sent. */
  readonly bearer: string;
  /** Whose request this is; throws on routes that need no token. */
  readonly token: Token;
  /** Whether the token may see this account. */
  readonly reaches: (accountId: string) => boolean;
  /** Whether the token may know of this zone. */
  readonly seesZone: (zone: { readonly id: string; readonly account: string }) => boolean;
  /** For what the path alone does not say: throws Cloudflare's refusal where the token may not do this too. @param more what it is about, beside the path */
  readonly require: (permission: Permission, more?: Subject) => void;
  readonly bytes: () => Promise<Uint8Array>;
  /** The body in a file, for what may be larger than memory should hold. Delete it by its `close`. */
  readonly spooled: () => Promise<Spooled>;
  /** Parsed by the schema; malformed JSON or a wrong shape is Cloudflare's 400 with the path of the mistake. */
  readonly json: <T>(schema: ZodType<T>) => Promise<T>;
  /** Order-independent multipart. */
  readonly form: () => Promise<FormData>;
}

export interface Spooled {
  /** Reads from the file as it is used. */
  readonly blob: Blob;
  /** Hexadecimal. */
  readonly md5: string;
  readonly close: () => Promise<void>;
}

export type Reply =
  | {
      readonly kind: "json";
      readonly status: number;
      readonly result: unknown;
      readonly resultInfo?: unknown;
      readonly messages?: readonly ApiMessage[];
    }
  | {
      readonly kind: "raw";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      /** A large one piece by piece, of the length that the headers say. */
      readonly body: Uint8Array | string | AsyncIterable<Uint8Array>;
    };

export interface ApiMessage {
  readonly code: number;
  readonly message: string;
}

/** `{success: true, result}` with 200. */
export const ok = (result: unknown, resultInfo?: unknown): Reply => ({
  kind: "json",
  status: 200,
  result,
  ...(resultInfo === undefined ? {} : { resultInfo }),
});

/** Cloudflare's error envelope with one error. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: number;
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  /** Shown beside the error, in the envelope's `messages`. */
  readonly notes: readonly ApiMessage[];
  constructor(
    status: number,
    code: number,
    message: string,
    meta?: Readonly<Record<string, unknown>>,
    notes: readonly ApiMessage[] = [],
  ) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.meta = meta;
    this.notes = notes;
  }
}

/** `page` and `per_page` of the query applied to a whole list: a page past the end is empty, which is how the SDKs stop. */
export function paged<T>(request: ApiRequest, all: readonly T[], defaultPerPage = 20): Reply {
  const page = positive(request, "page", 1);
  const perPage = positive(request, "per_page", defaultPerPage);
  const result = all.slice((page - 1) * perPage, page * perPage);
  return ok(result, {
    page,
    per_page: perPage,
    count: result.length,
    total_count: all.length,
    total_pages: Math.ceil(all.length / perPage),
  });
}

function positive(request: ApiRequest, parameter: string, fallback: number): number {
  const text = request.url.searchParams.get(parameter);
  if (text === null) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new ApiError(
      400,
      7400,
      `The request is malformed: ${parameter} must be a positive integer, got ${JSON.stringify(text)}`,
    );
  return value;
}
