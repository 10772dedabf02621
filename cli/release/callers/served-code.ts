import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ApiError, call } from "../../../src/cloudflare/api.ts";
import type { Connection } from "../../../src/cloudflare/connection.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { ExportedResource } from "../../../src/reality/state.ts";

/** A version that is uploaded. */
export interface Uploaded {
  /** Name at Cloudflare. */
  readonly script: string;
  /** Its id. */
  readonly version: string;
}

/** The code of a version: its modules, the main one first; or why it is not known. */
export type Read = { readonly modules: readonly string[] } | { readonly unknown: string };
export type ReadCode = (version: Uploaded) => Promise<Read>;

/** Where code is read. */
export interface Place {
  readonly api: Connection;
  readonly accountId: string;
  readonly root: string;
  /** The stack's. */
  readonly state: readonly ExportedResource[];
}

/** Reads versions' code, each once: from this machine where it was built here, else from Cloudflare, which gives that of every version. */
export function servedCode({ api, accountId, root, state }: Place): ReadCode {
  const read = new Map<string, Promise<Read>>();
  return (version) => {
    const key = `${version.script} ${version.version}`;
    const recorded = recordOf(version, state);
    const found = read.get(key) ?? local(recorded, root) ?? fromCloudflare(version, recorded, api, accountId);
    const promise = Promise.resolve(found);
    read.set(key, promise);
    return promise;
  };
}

const recordShape = z.object({
  mainModule: z.string(),
  modules: z.array(
    z.object({ name: z.string(), contentFile: z.string().optional(), contentSha256: z.string().optional() }),
  ),
});
type Recorded = z.infer<typeof recordShape>;

/** What the stack's state has of a version that it made. */
function recordOf({ version }: Uploaded, state: readonly ExportedResource[]): Recorded | undefined {
  const made = state.find(
    ({ type, outputs }) => type.endsWith(":WorkerVersion") && outputs["id"] === version,
  );
  return recordShape.safeParse(made?.outputs).data ?? recordShape.safeParse(made?.inputs).data;
}

/** A bundle is one module, and its file is named by what is in it. */
function local(recorded: Recorded | undefined, root: string): Read | undefined {
  const main = recorded?.modules.find(({ name }) => name === recorded.mainModule);
  const file = main?.contentFile === undefined ? undefined : join(root, main.contentFile);
  return file !== undefined && existsSync(file) ? { modules: [readFileSync(file, "utf8")] } : undefined;
}

const versionShape = z.object({
  main_module: z.string().optional(),
  modules: z
    .array(z.object({ name: z.string(), content_type: z.string(), content_base64: z.string() }))
    .default([]),
});

async function fromCloudflare(
  { script, version }: Uploaded,
  recorded: Recorded | undefined,
  api: Connection,
  accountId: string,
): Promise<Read> {
  const path = `/accounts/${accountId}/workers/workers/${encodeURIComponent(script)}/versions/${version}?include=modules`;
  let given: z.infer<typeof versionShape>;
  try {
    given = versionShape.parse(await call(api, "GET", path));
  } catch (error) {
    if (error instanceof ApiError) return { unknown: `Cloudflare does not give its code: ${error.message}` };
    if (error instanceof UserError)
      return { unknown: `Cloudflare does not give its code: ${error.diagnostic.got}` };
    throw error;
  }
  const { main_module: mainName, modules } = given;
  const code = modules
    .filter(({ content_type }) => /javascript/.test(content_type))
    .map(({ name, content_base64 }) => ({ name, bytes: Buffer.from(content_base64, "base64") }));
  const main = code.find(({ name }) => name === mainName);
  if (main === undefined) return { unknown: "it is no JavaScript module" };
  const other = code.find(({ name, bytes }) => {
    const digest = recorded?.modules.find((each) => each.name === name)?.contentSha256;
    return digest !== undefined && digest !== createHash("sha256").update(bytes).digest("hex");
  });
  if (other !== undefined)
    return {
      unknown: `the code that Cloudflare gives, ${other.name}, is not what the stack's state recorded`,
    };
  return {
    modules: [main, ...code.filter((each) => each !== main)].map(({ bytes }) => bytes.toString("utf8")),
  };
}
