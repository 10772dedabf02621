import { request } from "node:http";

/** An answer, its body in the parts in which it came. */
export interface AnswerParts {
  readonly status: number;
  readonly parts: readonly Buffer[];
}

/**
 * One request on this machine and its whole answer. `fetch` would copy the body three times on its way through the streams of the web; pages of D1 are
 * long and many, so that collecting those copies took longer than all else.
 */
export function askParts(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<AnswerParts> {
  const bytes = Buffer.from(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      // A connection of its own: one that is kept may be closed by a workerd that starts anew, and nobody would know what became of a write.
      { method: "POST", headers: { ...headers, "content-length": String(bytes.length) }, agent: false },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 502, parts }));
      },
    );
    sent.on("error", reject);
    sent.end(bytes);
  });
}
