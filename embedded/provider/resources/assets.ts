import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import type { ApiClient } from "../client/http.ts";
import { isList, property, text, type Value, type Values } from "../values/values.ts";

interface AssetFile {
  /** From the directory, with a leading slash and slashes between. */
  readonly path: string;
  readonly file: string;
  /** The first 32 hexadecimal characters of the content's SHA-256. */
  readonly hash: string;
  readonly sizeBytes: number;
}

/** Digest of the manifest: a changed, added or removed file is another version. */
export async function manifestDigest(directory: string): Promise<string> {
  return createHash("sha256")
    .update(JSON.stringify(manifest(await assetFiles(directory))))
    .digest("hex");
}

/** Uploads what the service does not have yet and returns the token that stands for the whole set. */
export async function uploadAssets(api: ApiClient, values: Values, directory: string): Promise<string> {
  const account = `accounts/${encodeURIComponent(text(values, "accountId") ?? "")}`;
  const worker = await api.call(
    "GET",
    `${account}/workers/workers/${encodeURIComponent(text(values, "workerId") ?? "")}`,
  );
  const script = property(worker, "name");
  if (typeof script !== "string") throw new Error("the Worker's name is not in the API's answer");
  const files = await assetFiles(directory);
  const session = await api.call(
    "POST",
    `${account}/workers/scripts/${encodeURIComponent(script)}/assets-upload-session`,
    {
      json: { manifest: manifest(files) },
    },
  );
  const sessionToken = tokenIn(session);
  const buckets = property(session, "buckets");
  let completion = sessionToken;
  for (const bucket of isList(buckets) ? buckets : []) {
    completion = tokenIn(await uploadBucket(api, account, sessionToken ?? "", bucket, files)) ?? completion;
  }
  if (completion === undefined)
    throw new Error(`no completion token came back for the assets in ${directory}`);
  return completion;
}

const tokenIn = (result: Value): string | undefined => {
  const jwt = property(result, "jwt");
  return typeof jwt === "string" && jwt !== "" ? jwt : undefined;
};

async function uploadBucket(
  api: ApiClient,
  account: string,
  session: string,
  hashes: Value,
  files: readonly AssetFile[],
): Promise<Value> {
  const form = new FormData();
  for (const hash of isList(hashes) ? hashes : []) {
    const asset = files.find((candidate) => candidate.hash === hash);
    if (asset === undefined)
      throw new Error(`the API asks for an asset that was not offered: ${JSON.stringify(hash)}`);
    const content = (await readFile(asset.file)).toString("base64");
    form.append(asset.hash, new Blob([content], { type: contentType(asset.path) }), asset.path);
  }
  const encoded = new Response(form);
  return api.call("POST", `${account}/workers/assets/upload`, {
    query: { base64: "true" },
    headers: {
      authorization: `Bearer ${session}`,
      "content-type": encoded.headers.get("content-type") ?? "",
    },
    bytes: new Uint8Array(await encoded.arrayBuffer()),
  });
}

async function assetFiles(directory: string): Promise<readonly AssetFile[]> {
  const entries = await listed(directory);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.sort().map(async (file): Promise<AssetFile> => {
      const content = await readFile(file);
      const hash = createHash("sha256").update(content).digest("hex").slice(0, 32);
      return {
        path: `/${relative(directory, file).split(sep).join("/")}`,
        file,
        hash,
        sizeBytes: content.length,
      };
    }),
  );
}

async function listed(directory: string) {
  try {
    return await readdir(directory, { recursive: true, withFileTypes: true });
  } catch (error) {
    throw new Error(`assets.directory cannot be read: looked for at ${directory}`, { cause: error });
  }
}

const manifest = (files: readonly AssetFile[]): Values =>
  Object.fromEntries(files.map((file) => [file.path, { hash: file.hash, size: file.sizeBytes }]));

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".txt": "text/plain; charset=utf-8",
  ".xml": "text/xml; charset=utf-8",
  ".pdf": "application/pdf",
  ".wasm": "application/wasm",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
};
const contentType = (path: string): string =>
  types[extname(path).toLowerCase()] ?? "application/octet-stream";
