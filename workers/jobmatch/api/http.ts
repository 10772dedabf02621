/** A request that is refused: its message is for whoever sent it. */
export class HttpError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    this.headers = headers;
  }
}

/** The members of a JSON body. Throws {@link HttpError} 400 for one that is no object. */
export async function jsonBody(request: Request): Promise<Members> {
  let body: unknown;
  try {
    body = await request.json();
  } catch {
    throw new HttpError(400, "the body is not JSON");
  }
  return membersOf(body);
}

export type Members = ReadonlyMap<string, unknown>;

/** The members of a parsed value; none where it is no object. */
export const membersOf = (value: unknown): Members =>
  new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);

/** A text with something in it. Throws {@link HttpError} 400 for any other, and above `longest` characters. */
export function text(body: Members, name: string, longest: number): string {
  const value = body.get(name);
  if (typeof value !== "string" || value.trim() === "")
    throw new HttpError(400, `${name} must be a text that is not empty`);
  if (value.length > longest)
    throw new HttpError(400, `${name} has ${value.length} characters, at most ${longest} are taken`);
  return value.trim();
}

/** The bytes of a body. Throws {@link HttpError} 413 above `mostBytes`, also where the sender did not say how many there are. */
export async function bytes(request: Request, mostBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = (): HttpError => new HttpError(413, `at most ${mostBytes} bytes are taken`);
  if (Number(request.headers.get("content-length") ?? 0) > mostBytes) throw tooLarge();
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.length > mostBytes) throw tooLarge();
  if (body.length === 0) throw new HttpError(400, "the body is empty");
  return body;
}

/** The value of a cookie; undefined where the browser sent none of the name. */
export function cookie(request: Request, name: string): string | undefined {
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const [key, value] = pair.trim().split("=");
    if (key === name && value !== undefined) return value;
  }
  return undefined;
}

/** A cookie that code in the page cannot read; it is sent over TLS alone where the request came over TLS. */
export const setCookie = (request: Request, name: string, value: string, maxAgeSeconds: number): string =>
  [
    `${name}=${value}`,
    "Path=/",
    `Max-Age=${maxAgeSeconds}`,
    "HttpOnly",
    "SameSite=Lax",
    ...(new URL(request.url).protocol === "https:" ? ["Secure"] : []),
  ].join("; ");
