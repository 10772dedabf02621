/** A mistake of whoever asked: thrown anywhere below a request, and answered with its status. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "Refused";
    this.status = status;
  }
}

/** The body as a JSON object. */
export async function bodyOf(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = await request.json().catch(() => undefined);
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new Refused(400, "the body is not a JSON object");
  return Object.fromEntries(Object.entries(body));
}

/** A text of the body that is not empty. */
export function textIn(body: Readonly<Record<string, unknown>>, name: string, longest = 200): string {
  const value = body[name];
  if (typeof value !== "string" || value.trim() === "" || value.length > longest)
    throw new Refused(400, `${name} has to be a text of 1 to ${longest} characters`);
  return value.trim();
}

/** A whole number of the body from 1 on. */
export function countIn(body: Readonly<Record<string, unknown>>, name: string, most = 1_000_000): number {
  const value = body[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1 || value > most)
    throw new Refused(400, `${name} has to be a whole number from 1 to ${most}`);
  return value;
}

/** Now, as the databases keep it: Unix seconds. */
export const nowSeconds = (): number => Math.floor(Date.now() / 1000);
