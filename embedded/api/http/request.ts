import type { IncomingMessage } from "node:http";
import { ZodError, type ZodType } from "zod";
import type { Account } from "../../world.ts";
import { readAll, readChunks } from "./body.ts";
import { requireShallow } from "./nesting.ts";
import { requireFewParts } from "./parts.ts";
import { ApiError, type ApiRequest, type BodyLimit } from "./service.ts";
import { spool } from "./spool.ts";
import { reaches, seesZone, type Token } from "./tokens.ts";

export interface RequestContext {
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly bearer: string;
  readonly token: Token | undefined;
  readonly require: ApiRequest["require"];
  readonly accounts: () => readonly Account[];
  readonly limit: BodyLimit;
  /** Where bodies lie that do not fit into memory. */
  readonly spoolFolder: string;
}

/** What a service sees of an HTTP request. The body is read when it is first asked for. */
export function apiRequest(request: IncomingMessage, context: RequestContext): ApiRequest {
  const { url, params, bearer, token, accounts, limit, spoolFolder, require } = context;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  let body: Promise<Uint8Array> | undefined;
  const bytes = (): Promise<Uint8Array> => {
    body ??= readAll(request, limit);
    return body;
  };
  return {
    method: request.method ?? "GET",
    url,
    params,
    headers,
    bearer,
    bytes,
    spooled: () => spool(readChunks(request, limit), spoolFolder),
    get token(): Token {
      if (token === undefined)
        throw new Error(`${url.pathname} is answered without a token, so it cannot ask whose it is`);
      return token;
    },
    reaches: (accountId) => token !== undefined && reaches(token, accountId),
    seesZone: (zone) => token !== undefined && seesZone(token, zone),
    require,
    get account(): Account {
      const found = accounts().find((account) => account.id === params["account"]);
      if (found === undefined)
        throw new ApiError(
          404,
          7003,
          `Could not route to ${url.pathname}, perhaps your object identifier is invalid?`,
        );
      return found;
    },
    json: async (schema) => parseJson(schema, textOf(await bytes())),
    form: async () => parseForm(await bytes(), headers.get("content-type") ?? ""),
  };
}

const textOf = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("utf8");

/** Malformed JSON is 6003; a wrong shape is 7400 with the path of each mistake. */
export function parseJson<T>(schema: ZodType<T>, text: string): T {
  requireShallow(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ApiError(
      400,
      6003,
      `Could not parse the request body as JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  try {
    return schema.parse(value);
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    throw new ApiError(400, 7400, `The request is malformed: ${mistakes(error)}`);
  }
}

/** What is wrong with a body, each mistake with its path. */
export const mistakes = (error: ZodError): string => error.issues.flatMap(described).join("; ");

/** Of a body that may have one of several shapes, what keeps it from the one it looks most like. */
function described(issue: Issue): readonly string[] {
  const nearest = issue.code === "invalid_union" ? [...issue.errors].sort(byMissing)[0] : undefined;
  return nearest === undefined
    ? [`${issue.path.join(".") || "body"}: ${issue.message}`]
    : nearest.flatMap((inner) => described({ ...inner, path: [...issue.path, ...inner.path] }));
}

type Issue = ZodError["issues"][number];
const missing = (issues: readonly Issue[]): number =>
  issues.filter(({ message }) => message.endsWith("received undefined")).length;
const byMissing = (a: readonly Issue[], b: readonly Issue[]): number => missing(a) - missing(b);

async function parseForm(bytes: Uint8Array, contentType: string): Promise<FormData> {
  requireFewParts(bytes, contentType);
  try {
    return await new Response(Buffer.from(bytes), { headers: { "content-type": contentType } }).formData();
  } catch (error) {
    throw new ApiError(
      400,
      10001,
      `Could not parse the multipart body: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
