import { z } from "zod";
import type { OpenObject, PutCondition, R2ObjectInfo, Stores } from "../stores.ts";
import type { StoresProcess } from "./miniflare.ts";

const objectSchema = z
  .object({
    name: z.string(),
    etag: z.string(),
    size: z.number(),
    uploaded: z.number(),
    httpFields: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    customFields: z.array(z.object({ k: z.string(), v: z.string() })).optional(),
  })
  .transform(
    (o): R2ObjectInfo => ({
      key: o.name,
      etag: o.etag,
      sizeBytes: o.size,
      uploadedMs: o.uploaded,
      httpMetadata: Object.fromEntries(Object.entries(o.httpFields ?? {}).map(([k, v]) => [k, String(v)])),
      customMetadata: Object.fromEntries((o.customFields ?? []).map(({ k, v }) => [k, v])),
    }),
  );

const listSchema = z.object({
  objects: z.array(objectSchema),
  delimitedPrefixes: z.array(z.string()).optional(),
  truncated: z.boolean(),
  cursor: z.string().optional(),
});

/** Refused by R2 itself: its own code (10007, 10020 …) and text. */
export class R2Error extends Error {
  readonly code: number;
  readonly status: number;
  constructor(status: number, code: number, message: string) {
    super(message);
    this.name = "R2Error";
    this.code = code;
    this.status = status;
  }
}

/** R2's own binding protocol: the request as JSON in a header or before the body, the answer's metadata before its body. */
export function r2Objects(stores: StoresProcess): Omit<Stores["r2"], "remove" | "onEvents"> {
  const read = async (
    bucket: string,
    request: object,
  ): Promise<{ readonly head: unknown; readonly body: Uint8Array } | undefined> => {
    const response = await stores.ask("R2", bucket, {
      path: "/",
      headers: { "cf-r2-request": ascii({ version: 1, ...request }) },
    });
    if (response.status !== 404) return answer(response);
    await response.arrayBuffer();
    return undefined;
  };
  const write = async (
    bucket: string,
    request: object,
    value: Uint8Array | Blob,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly head: unknown; readonly body: Uint8Array }> => {
    const head = Buffer.from(JSON.stringify({ version: 1, ...request }));
    return answer(
      await stores.ask("R2", bucket, {
        path: "/",
        method: "PUT",
        headers: { ...headers, "cf-r2-metadata-size": String(head.length) },
        body: value instanceof Blob ? new Blob([head, value]) : Buffer.concat([head, value]),
      }),
    );
  };
  return {
    async put(bucket, key, body, { copySource, onlyIf, ...metadata }) {
      const condition = onlyIf === undefined ? {} : { onlyIf: conditional(onlyIf) };
      const request = { method: "put", object: key, ...fieldsOf(metadata), ...condition };
      const copied = copySource === undefined ? {} : { "x-lockstep-copy-source": ascii(copySource) };
      return objectSchema.parse((await write(bucket, request, body, copied)).head);
    },
    async get(bucket, key, range) {
      const found = await read(bucket, { method: "get", object: key, ...(range && { range }) });
      return found === undefined ? undefined : { object: objectSchema.parse(found.head), body: found.body };
    },
    async open(bucket, key, range) {
      const response = await stores.ask("R2", bucket, {
        path: "/",
        headers: {
          "cf-r2-request": ascii({ version: 1, method: "get", object: key, ...(range && { range }) }),
        },
      });
      if (response.status === 404) {
        await response.arrayBuffer();
        return undefined;
      }
      if (!response.ok || response.body === null) throw new Error(`stores: R2 ${await refusal(response)}`);
      const size = Number(response.headers.get("cf-r2-metadata-size") ?? 0);
      const { head, body, close } = await afterHead(response.body, size);
      return { object: objectSchema.parse(json(head)), body, close };
    },
    async head(bucket, key) {
      const found = await read(bucket, { method: "head", object: key });
      return found === undefined ? undefined : objectSchema.parse(found.head);
    },
    async createUpload(bucket, key, metadata) {
      const request = { method: "createMultipartUpload", object: key, ...fieldsOf(metadata) };
      const { head, body } = await write(bucket, request, new Uint8Array());
      return z.object({ uploadId: z.string() }).parse(head ?? json(body)).uploadId;
    },
    async uploadPart(bucket, key, uploadId, { number, body: value }) {
      const request = { method: "uploadPart", object: key, uploadId, partNumber: number };
      const { head, body } = await write(bucket, request, value);
      return z.object({ etag: z.string() }).parse(head ?? json(body)).etag;
    },
    async completeUpload(bucket, key, uploadId, parts) {
      const request = { method: "completeMultipartUpload", object: key, uploadId, parts };
      return objectSchema.parse((await write(bucket, request, new Uint8Array())).head);
    },
    async abortUpload(bucket, key, uploadId) {
      await write(bucket, { method: "abortMultipartUpload", object: key, uploadId }, new Uint8Array());
    },
    async delete(bucket, key) {
      await write(bucket, { method: "delete", object: key }, new Uint8Array());
    },
    async list(bucket, options) {
      // 0 and 1 ask for HTTP and custom metadata; R2 then gives at most 100 a page.
      const found = await read(bucket, { method: "list", include: [0, 1], ...options });
      const { objects, delimitedPrefixes = [], cursor } = listSchema.parse(found?.head);
      return { objects, prefixes: delimitedPrefixes, cursor };
    },
  };
}

async function answer(response: Response): Promise<{ readonly head: unknown; readonly body: Uint8Array }> {
  const bytes = Buffer.from(await response.arrayBuffer());
  if (!response.ok) {
    const refused = response.headers.get("cf-r2-error");
    if (refused === null)
      throw new Error(`stores: R2 answered ${response.status}: ${bytes.toString("utf8").slice(0, 500)}`);
    const { message, v4code } = z
      .object({ message: z.string(), v4code: z.number() })
      .parse(JSON.parse(refused));
    throw new R2Error(response.status, v4code, message);
  }
  const size = Number(response.headers.get("cf-r2-metadata-size") ?? 0);
  return {
    head: size === 0 ? undefined : JSON.parse(bytes.subarray(0, size).toString("utf8")),
    body: bytes.subarray(size),
  };
}

/** Throws what R2 refused, in its own words. */
async function refusal(response: Response): Promise<string> {
  await answer(response);
  return `answered ${response.status} without a body`;
}

/** The metadata before a body, and the body behind it as it comes. */
async function afterHead(
  stream: ReadableStream<Uint8Array>,
  size: number,
): Promise<{ readonly head: Uint8Array } & Pick<OpenObject, "body" | "close">> {
  const reader = stream.getReader();
  let held = Buffer.alloc(0);
  while (held.length < size) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`stores: R2 sent ${held.length} of ${size} bytes of metadata`);
    held = Buffer.concat([held, value]);
  }
  const first = held.subarray(size);
  const body = async function* (): AsyncGenerator<Uint8Array> {
    try {
      if (first.length > 0) yield first;
      for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    } finally {
      await reader.cancel();
    }
  };
  return { head: held.subarray(0, size), body: body(), close: () => reader.cancel() };
}

const json = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString("utf8"));

const fieldsOf = ({
  httpMetadata,
  customMetadata,
}: {
  readonly httpMetadata: Readonly<Record<string, string>>;
  readonly customMetadata: Readonly<Record<string, string>>;
}): object => ({
  httpFields: httpMetadata,
  customFields: Object.entries(customMetadata).map(([k, v]) => ({ k, v })),
});

const conditional = ({ etagMatches, etagDoesNotMatch }: PutCondition): object => ({
  ...(etagMatches && { etagMatches: etagMatches.map(tag) }),
  ...(etagDoesNotMatch && { etagDoesNotMatch: etagDoesNotMatch.map(tag) }),
});

const tag = (etag: string): object => (etag === "*" ? { type: "wildcard" } : { type: "strong", value: etag });

/** JSON for a header: keys with other letters than ASCII would not pass one. */
const ascii = (value: object): string =>
  JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
