import { request as httpRequest } from "node:http";
import { z } from "zod";
import type { Connection } from "../../start.ts";
import { visit as visitHost } from "./visit.ts";

const envelope = z.object({
  success: z.boolean(),
  errors: z.array(z.looseObject({ code: z.number(), message: z.string() })),
  messages: z.array(z.looseObject({ message: z.string() })),
  result: z.unknown(),
  result_info: z.looseObject({}).nullish(),
});

export interface Answer {
  readonly status: number;
  readonly success: boolean;
  /** The first error's code; undefined when there is none. */
  readonly code: number | undefined;
  /** The first error's text, or "". */
  readonly message: string;
  /** Texts beside the error. */
  readonly notes: readonly string[];
  /** `result` as an object, or {} when it is none. */
  readonly result: Readonly<Record<string, unknown>>;
  readonly list: readonly unknown[];
  readonly text: string;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request to the embedded API, as raw as it is given: `body` may be anything. The answer has to be an envelope. */
export async function call(
  connection: Pick<Connection, "api" | "token">,
  method: string,
  path: string,
  body?: object | string,
  options: CallOptions = {},
): Promise<Answer> {
  const url = new URL(connection.api);
  const payload = body instanceof FormData ? new Response(body) : undefined;
  const bytes =
    payload !== undefined
      ? Buffer.from(await payload.arrayBuffer())
      : typeof body === "string"
        ? Buffer.from(body)
        : body === undefined
          ? undefined
          : Buffer.from(JSON.stringify(body));
  const headers = {
    ...("token" in options && options.token === undefined
      ? {}
      : { authorization: `Bearer ${options.token ?? connection.token}` }),
    ...(bytes === undefined
      ? {}
      : {
          "content-type": payload?.headers.get("content-type") ?? "application/json",
          "content-length": String(bytes.length),
        }),
    ...options.headers,
  };
  const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = httpRequest(
      {
        host: url.hostname,
        port: url.port,
        method,
        path: path.startsWith("raw:") ? path.slice(4) : `${url.pathname}${path}`,
        headers,
      },
      (response) => {
        let received = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => {
          received += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text: received }));
      },
    );
    sent.once("error", reject).end(bytes);
  });
  const parsed = envelope.parse(JSON.parse(text));
  const record = z.record(z.string(), z.unknown()).safeParse(parsed.result);
  return {
    status,
    success: parsed.success,
    code: parsed.errors[0]?.code,
    message: parsed.errors[0]?.message ?? "",
    notes: parsed.messages.map(({ message }) => message),
    result: record.success ? record.data : {},
    list: Array.isArray(parsed.result) ? parsed.result : [],
    text,
  };
}

/** An ES module as the versions API takes it. */
export const module = (code: string, name = "index.js"): object => ({
  name,
  content_type: "application/javascript+module",
  content_base64: Buffer.from(code).toString("base64"),
});

/** A version's body around one module. */
export const version = (code: string, more: object = {}): object => ({
  main_module: "index.js",
  compatibility_date: "2026-07-01",
  modules: [module(code)],
  ...more,
});

/** An upload as the scripts API takes it, `metadata` last. */
export function upload(code: string, metadata: object): FormData {
  const form = new FormData();
  form.set("index.js", new File([code], "index.js", { type: "application/javascript+module" }));
  form.set(
    "metadata",
    JSON.stringify({ main_module: "index.js", compatibility_date: "2026-07-01", ...metadata }),
  );
  return form;
}

/** What a Worker's host answers: `200 text`. */
export async function visit(
  connection: Pick<Connection, "frontPort">,
  worker: string,
  account = "dev",
  path = "/",
): Promise<string> {
  const host = `${worker}.${account}.localhost`;
  const { status, text } = await visitHost(connection.frontPort, host, path);
  return `${status} ${text}`;
}
