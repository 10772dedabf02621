import { z } from "zod";
import { ApiError, call } from "../cloudflare/api.ts";
import type { Connection } from "../cloudflare/connection.ts";
import { differing } from "./differing.ts";

const binding = z.looseObject({ name: z.string(), type: z.string() });
const shape = z.object({
  annotations: z.record(z.string(), z.unknown()).nullish(),
  resources: z.object({
    bindings: z.array(binding).nullish(),
    script: z.looseObject({ etag: z.string().nullish() }).nullish(),
    script_runtime: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** What is known of a version of a worker: everything but its code and its secrets' values. */
export type Version = z.infer<typeof shape>;

/** A version of a worker; undefined when Cloudflare has it no more. */
export async function readVersion(
  api: Connection,
  accountId: string,
  script: string,
  id: string,
): Promise<Version | undefined> {
  try {
    const path = `/accounts/${accountId}/workers/scripts/${encodeURIComponent(script)}/versions/${id}`;
    return shape.parse(await call(api, "GET", path));
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** In what the second version is another one than the first, a line each. */
export function versionDifferences(
  before: Version | undefined,
  after: Version | undefined,
): readonly string[] {
  if (before === undefined) return ["the version that the stack deployed is there no more"];
  if (after === undefined) return ["the version that serves cannot be read"];
  const [was, is] = [before.resources, after.resources];
  const lines = [
    ...(was.script?.etag === is.script?.etag ? [] : ["other code"]),
    ...bindingDifferences(was.bindings ?? [], is.bindings ?? []),
    ...differing(was.script_runtime ?? {}, is.script_runtime ?? {}),
  ];
  if (lines.length > 0) return lines;
  const by = after.annotations?.["workers/triggered_by"];
  return [
    by === "secret"
      ? "the value of a secret, which nobody can read"
      : "nothing that can be read: the value of a secret, or static files",
  ];
}

type Binding = z.infer<typeof binding>;

function bindingDifferences(before: readonly Binding[], after: readonly Binding[]): readonly string[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))].toSorted();
  return names.flatMap((name) => {
    const [was, is] = [before, after].map((all) => all.find((each) => each.name === name));
    if (is === undefined) return [`without ${called(was)}`];
    if (was === undefined) return [`with ${called(is)}, which is not declared`];
    const added = Object.entries(is).filter(([member]) => was[member] === undefined);
    return [
      ...differing({ ...was }, { ...is }),
      ...added.map(([member, value]) => `${member}: nothing → ${JSON.stringify(value)}`),
    ].map((line) => `${called(was)}: ${line}`);
  });
}

const called = (of: Binding | undefined): string =>
  of?.type === "secret_text" || of?.type === "secret_key"
    ? `secret ${of.name}`
    : `binding ${of?.name ?? ""} (${of?.type ?? ""})`;
