import { z } from "zod";
import type { World } from "../../../world.ts";
import { requireShallow } from "../../http/nesting.ts";
import { mistakes } from "../../http/request.ts";
import { ApiError } from "../../http/service.ts";
import { type Binding, binding, type Version } from "../model.ts";
import { isAssetSetting } from "./asset-settings.ts";
import { openParts } from "./parts.ts";

const record = z.record(z.string(), z.unknown());

/** An upload before anything was checked against the account; the same whether it came as JSON or as multipart. */
export interface Draft {
  readonly mainModule: string | undefined;
  readonly modules: readonly {
    readonly name: string;
    readonly contentType: string;
    readonly bytes: Uint8Array;
  }[];
  readonly bindings: readonly Binding[];
  /** Types whose bindings are carried over from the latest version. */
  readonly keepBindings: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly migrations: Readonly<Record<string, unknown>> | undefined;
  readonly exports: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  readonly assets:
    | { readonly jwt: string | undefined; readonly config: Readonly<Record<string, unknown>> }
    | undefined;
  readonly keepAssets: boolean;
  /** Where `inherit` and kept bindings come from. @default the Worker's latest version */
  readonly base: Version | undefined;
  /** Assets that are already there and are used again. */
  readonly keptAssets: Version["assets"] | undefined;
  /** compatibility_date, limits, placement …: versioned members that are shown again as sent. */
  readonly sent: Readonly<Record<string, unknown>>;
  /** logpush, observability, tags, tail_consumers: settings of the script that may ride on an upload. */
  readonly script: Readonly<Record<string, unknown>>;
}

const metadata = z.looseObject({
  main_module: z.string().nullish(),
  body_part: z.string().nullish(),
  bindings: z.array(binding).nullish(),
  keep_bindings: z.array(z.string()).nullish(),
  annotations: z.record(z.string(), z.string().nullable()).nullish(),
  migrations: record.nullish(),
  exports: z.record(z.string(), record).nullish(),
  assets: z.looseObject({ jwt: z.string().nullish(), config: record.nullish() }).nullish(),
  keep_assets: z.boolean().nullish(),
  compatibility_date: z.string().nullish(),
  compatibility_flags: z.array(z.string()).nullish(),
  logpush: z.boolean().nullish(),
  observability: record.nullish(),
  tags: z.array(z.string()).nullish(),
  tail_consumers: z.array(record).nullish(),
});
export type Metadata = z.infer<typeof metadata>;

/** The body of `POST workers/workers/:worker/versions`. */
export const jsonVersion = metadata.extend({
  modules: z
    .array(z.object({ name: z.string().min(1), content_type: z.string(), content_base64: z.base64() }))
    .nullish(),
});

/** Members with a meaning of their own; all others of the metadata are kept in `sent`. */
const understood = [
  "main_module",
  "body_part",
  "bindings",
  "keep_bindings",
  "annotations",
  "migrations",
  "exports",
  "assets",
  "keep_assets",
  "modules",
];
const ofScript = ["logpush", "observability", "tags", "tail_consumers"];

export function draftFromJson(body: z.infer<typeof jsonVersion>): Draft {
  const modules = (body.modules ?? []).map((module) => ({
    name: module.name,
    contentType: module.content_type,
    bytes: Buffer.from(module.content_base64, "base64"),
  }));
  return draftOf(body, modules);
}

/** Multipart with its parts in any order: `metadata` is JSON, every other part is a module. */
export async function draftFromForm(form: FormData): Promise<Draft> {
  const sent = form.get("metadata") ?? form.get("settings");
  if (sent === null) throw new ApiError(400, 10021, "The upload has no part named metadata");
  const body = parseMetadata(typeof sent === "string" ? sent : await sent.text());
  const modules: { name: string; contentType: string; bytes: Uint8Array }[] = [];
  for (const { name, part } of moduleParts(form, body.main_module ?? undefined)) {
    const bytes = typeof part === "string" ? Buffer.from(part) : Buffer.from(await part.arrayBuffer());
    modules.push({
      name,
      contentType: typeof part === "string" || part.type === "" ? "application/javascript+module" : part.type,
      bytes,
    });
  }
  return draftOf(body, modules);
}

interface ModulePart {
  readonly name: string;
  readonly part: string | File;
}

/**
 * A part is the module of its own name, or of its filename: where the main module is known by that one, and where many parts
 * have one name, as the lists of official SDKs do (`files[]`).
 */
function moduleParts(form: FormData, mainModule: string | undefined): readonly ModulePart[] {
  const parts = [...form.entries()]
    .filter(([name]) => name !== "metadata" && name !== "settings")
    .map(([name, part]) => ({ name, filename: typeof part === "string" ? name : part.name, part }));
  const times = (wanted: string): number => parts.filter(({ name }) => name === wanted).length;
  const mainByFilename =
    mainModule !== undefined &&
    times(mainModule) === 0 &&
    parts.some(({ filename }) => filename === mainModule);
  return parts.map(({ name, filename, part }) => ({
    name: mainByFilename || name.endsWith("[]") ? filename : name,
    part,
  }));
}

/** The modules, assets and bindings of a version again, changed by what of the metadata was sent. Secrets are inherited. */
export function draftFromVersion(world: World, version: Version, sent: Metadata): Draft {
  const parts = openParts(world.state);
  const modules = version.modules.map(({ name, contentType, digest }) => ({
    name,
    contentType,
    bytes: parts.read(digest),
  }));
  const draft = draftOf({ ...sent, main_module: version.mainModule }, modules);
  return {
    ...draft,
    bindings: (sent.bindings ?? version.bindings.map(bare)).map((binding) =>
      isSaid(binding, version) ? { name: binding.name, type: "inherit" } : binding,
    ),
    exports: draft.exports ?? version.exports,
    keptAssets: version.assets,
    base: version,
    sent: { ...version.sent, ...draft.sent },
  };
}

const bare = ({ name, type }: Binding): Binding => ({ name, type });

/** A binding by name and type alone is the one that is there: so wrangler's `secret bulk` of before `secrets-bulk` sends all others. */
const isSaid = (binding: Binding, { bindings }: Version): boolean =>
  Object.keys(binding).length === 2 &&
  bindings.some(({ name, type }) => name === binding.name && type === binding.type);

/** Only the metadata of a form: for `PATCH settings`. */
export function parseMetadata(text: string): Metadata {
  requireShallow(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ApiError(
      400,
      10021,
      `The part metadata is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const parsed = metadata.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ApiError(400, 10021, `The part metadata is malformed: ${mistakes(parsed.error)}`);
}

function draftOf(body: Metadata, modules: Draft["modules"]): Draft {
  if (typeof body.body_part === "string")
    throw new ApiError(
      400,
      10021,
      "Workers in the service-worker format (body_part) are not run by the embedded Cloudflare: export a default object from a module and name it in main_module",
    );
  const mainModule = body.main_module ?? undefined;
  if (mainModule === undefined && modules.some((module) => !isAssetSetting(module)))
    throw new ApiError(400, 10021, "The upload has modules but no main_module");
  if (mainModule !== undefined && !modules.some((module) => module.name === mainModule))
    throw new ApiError(
      400,
      10021,
      `No such module ${JSON.stringify(mainModule)}: main_module has to be one of the uploaded modules`,
    );
  const names = new Set<string>();
  for (const { name } of modules) {
    if (names.has(name))
      throw new ApiError(400, 10021, `The module ${JSON.stringify(name)} was uploaded twice`);
    names.add(name);
  }
  const given = Object.entries(body).filter(([, value]) => value !== null && value !== undefined);
  return {
    mainModule,
    modules,
    bindings: body.bindings ?? [],
    keepBindings: body.keep_bindings ?? [],
    annotations: Object.fromEntries(
      Object.entries(body.annotations ?? {}).flatMap(([name, value]): [string, string][] =>
        value === null ? [] : [[name, value]],
      ),
    ),
    migrations: body.migrations ?? undefined,
    exports: body.exports ?? undefined,
    assets:
      body.assets === null || body.assets === undefined
        ? undefined
        : { jwt: body.assets.jwt ?? undefined, config: body.assets.config ?? {} },
    keepAssets: body.keep_assets ?? false,
    keptAssets: undefined,
    base: undefined,
    sent: Object.fromEntries(
      given.filter(([name]) => !understood.includes(name) && !ofScript.includes(name)),
    ),
    script: Object.fromEntries(given.filter(([name]) => ofScript.includes(name))),
  };
}
