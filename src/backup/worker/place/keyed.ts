import { createHash } from "node:crypto";
import { element, elements } from "../../../cloudflare/s3/read-xml.ts";
import { encoded, queryText, type S3Credentials, signed } from "../../../cloudflare/s3/sign.ts";
import { type Place, PlaceError } from "./place.ts";

/** A bucket, and how R2's S3 API of its account is reached. */
export interface Keyed extends S3Credentials {
  /** `https://<account id>.r2.cloudflarestorage.com` */
  readonly endpoint: string;
  readonly bucket: string;
}

interface Asked {
  readonly method: "GET" | "PUT" | "DELETE";
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

const attempts = 4;
/** Longer than that nobody waits for an answer. */
const silenceMs = 60_000;

/** A bucket of another account, by R2's S3 API. @param wait between attempts @default setTimeout */
export function keyedPlace(
  keyed: Keyed,
  wait: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): Place {
  /** Again after a pause where R2 did not answer or said to come back later: every request may be repeated. */
  const ask = async (asked: Asked): Promise<Response> => {
    const doing = `${asked.method} ${asked.key === "" ? (asked.query?.["prefix"] ?? "") : asked.key}`;
    for (let attempt = 1; ; attempt++) {
      const answer = await send(keyed, asked).catch((error: unknown) =>
        error instanceof Error ? error.message : String(error),
      );
      if (typeof answer !== "string" && (answer.ok || answer.status === 404 || answer.status === 412))
        return answer;
      const passing = typeof answer === "string" || answer.status === 429 || answer.status >= 500;
      if (passing && attempt < attempts) {
        if (typeof answer !== "string") await answer.body?.cancel();
        await wait(250 * 2 ** attempt);
        continue;
      }
      throw typeof answer === "string"
        ? new PlaceError(keyed.bucket, doing, "no answer", answer)
        : await refusal(keyed.bucket, doing, answer);
    }
  };
  const list = async (prefix: string, more: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const pages: string[] = [];
    for (let next: Readonly<Record<string, string>> = {}; ; ) {
      const answer = await ask({
        method: "GET",
        key: "",
        query: { "list-type": "2", prefix, ...more, ...next },
      });
      if (!answer.ok) throw await refusal(keyed.bucket, `list ${prefix}`, answer);
      const page = await answer.text();
      pages.push(page);
      const token = element(page, "NextContinuationToken");
      if (element(page, "IsTruncated") !== "true" || token === undefined) return pages;
      next = { "continuation-token": token };
    }
  };
  return {
    put: async (key, body, only) => {
      const headers = {
        ...(only === "whereNothingIs" ? { "if-none-match": "*" } : { "if-match": `"${only.etag}"` }),
        "content-md5": createHash("md5").update(body).digest("base64"),
      };
      const answer = await ask({ method: "PUT", key, headers, body });
      if (answer.status === 412) return undefined;
      if (!answer.ok) throw await refusal(keyed.bucket, `PUT ${key}`, answer);
      return etagOf(answer);
    },
    get: async (key) => {
      const answer = await ask({ method: "GET", key });
      const text = await answer.text();
      if (answer.ok) return { text, etag: etagOf(answer) };
      if (element(text, "Code") === "NoSuchKey") return undefined;
      throw refusalIn(keyed.bucket, `GET ${key}`, answer.status, text);
    },
    keys: async (prefix) =>
      (await list(prefix, {})).flatMap((page) =>
        elements(page, "Contents").map((each) => element(each, "Key") ?? ""),
      ),
    folders: async (prefix) =>
      (await list(prefix, { delimiter: "/" })).flatMap((page) =>
        elements(page, "CommonPrefixes").map((each) =>
          (element(each, "Prefix") ?? "").slice(prefix.length, -1),
        ),
      ),
    remove: async (keys) => {
      for (const key of keys) await (await ask({ method: "DELETE", key })).body?.cancel();
    },
  };
}

const etagOf = (answer: Response): string => (answer.headers.get("etag") ?? "").replaceAll('"', "");

function send(keyed: Keyed, { method, key, query = {}, headers = {}, body }: Asked): Promise<Response> {
  const base = new URL(keyed.endpoint);
  const below = key === "" ? "" : `/${key.split("/").map(encoded).join("/")}`;
  const path = `${base.pathname.replace(/\/$/, "")}/${encoded(keyed.bucket)}${below}`;
  const { host, ...all } = signed({ method, host: base.host, path, query, headers }, keyed, new Date());
  const search = queryText(query);
  return fetch(`${base.origin}${path}${search === "" ? "" : `?${search}`}`, {
    ...{ method, headers: { "user-agent": "lockstep", ...all }, signal: AbortSignal.timeout(silenceMs) },
    ...(body !== undefined && { body }),
  });
}

const refusal = async (bucket: string, doing: string, answer: Response): Promise<PlaceError> =>
  refusalIn(bucket, doing, answer.status, await answer.text());

const refusalIn = (bucket: string, doing: string, status: number, said: string): PlaceError =>
  new PlaceError(
    bucket,
    `${doing}: HTTP ${status}`,
    element(said, "Code") ?? "no word of S3",
    element(said, "Message") ?? said.slice(0, 200),
  );
