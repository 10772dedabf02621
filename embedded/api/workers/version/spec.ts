import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeWholeFolder } from "../../../../src/files/write-whole.ts";
import type {
  Assets,
  Module,
  ModuleType,
  ObjectClass,
  ResolvedBinding,
  ScriptName,
  VersionSpec,
} from "../../../runtime/compute.ts";
import type { World } from "../../../world.ts";
import { ApiError } from "../../http/service.ts";
import type { Binding, Version, Worker } from "../model.ts";
import { assetSettings, isAssetSetting } from "./asset-settings.ts";
import { typeOf } from "./binding-types.ts";
import type { CellScope } from "./cell-bindings.ts";
import { openParts } from "./parts.ts";

/** What compute calls the Worker. */
export function scriptName(world: World, worker: Worker): ScriptName {
  return {
    account: worker.account,
    accountName: world.state.get("", "account", worker.account)?.name ?? worker.account,
    script: worker.name,
  };
}

/** Everything that a cell needs to run the version. `classes` are the Worker's own as this version is to see them. */
export function specOf(
  world: World,
  worker: Worker,
  version: Version,
  classes: readonly ObjectClass[],
): VersionSpec {
  const parts = openParts(world.state);
  return {
    id: version.id,
    mainModule: version.mainModule,
    modules: version.modules.flatMap((module): Module[] => {
      if (isAssetSetting(module)) return [];
      const type = moduleType(module.contentType, module.name);
      if (type === undefined) return [];
      const contents = parts.read(module.digest);
      return [
        {
          name: module.name,
          type,
          contents: isJson(module.contentType) ? asDefaultExport(contents) : contents,
        },
      ];
    }),
    compatibilityDate: sentText(version, "compatibility_date") ?? "2021-11-02",
    compatibilityFlags: sentTexts(version, "compatibility_flags"),
    bindings: version.bindings.flatMap((binding) => resolved(binding, { world, worker, version, classes })),
    objectClasses: classes,
    assets:
      version.assets === undefined
        ? undefined
        : assetsOf(world, worker, {
            ...version.assets,
            config: { ...version.assets.config, ...assetSettings(world, version) },
          }),
    createdOn: version.createdOn,
  };
}

/** By the content type of the part; undefined for what is not a module (source maps). */
export function moduleType(contentType: string, name: string): ModuleType | undefined {
  switch (contentType.split(";")[0]?.trim().toLowerCase()) {
    case "application/javascript+module":
    case "text/javascript+module":
    case "application/json":
      return "ESModule";
    case "application/javascript":
    case "text/javascript":
      return "CommonJS";
    case "application/wasm":
      return "CompiledWasm";
    case "text/plain":
    case "text/html":
      return "Text";
    case "application/octet-stream":
      return "Data";
    case "text/x-python":
    case "text/x-python-requirement":
      return "PythonModule";
    case "application/source-map":
      return undefined;
    default:
      throw new ApiError(
        400,
        10021,
        `No such module type: the part ${JSON.stringify(name)} has the content type ${JSON.stringify(contentType)}`,
      );
  }
}

const isJson = (contentType: string): boolean => contentType.startsWith("application/json");

/** Miniflare has no JSON modules; the value as a default export is what importing one gives. */
const asDefaultExport = (json: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from("export default "), json, Buffer.from(";")]);

/** One sentence for each binding that this version declares and that is missing from its `env` here. */
export const missingHere = (bindings: readonly Binding[]): readonly string[] =>
  bindings
    .filter((binding) => typeOf(binding).here === "kept")
    .map(
      (binding) =>
        `env.${binding.name} is undefined on the embedded Cloudflare: it does not run bindings of type ${binding.type}.`,
    );

function resolved(binding: Binding, scope: CellScope): readonly ResolvedBinding[] {
  const { here } = typeOf(binding);
  return typeof here === "function" ? [here(binding, scope)] : [];
}

/** The assets as files, written once per manifest. */
function assetsOf(world: World, worker: Worker, assets: NonNullable<Version["assets"]>): Assets {
  const digest = createHash("sha256").update(JSON.stringify(assets.manifest)).digest("hex").slice(0, 32);
  const directory = join(assetsFolder(world, worker), digest);
  if (!existsSync(directory)) {
    const parts = openParts(world.state);
    makeWholeFolder(directory, (draft) => {
      mkdirSync(draft, { recursive: true });
      for (const [path, { hash }] of Object.entries(assets.manifest)) {
        const file = join(draft, ...path.split("/"));
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, parts.asset(worker.account, hash));
      }
    });
  }
  return { directory, config: assets.config };
}

/** Where a Worker's assets lie as files; goes with the Worker. */
export const assetsFolder = (world: World, worker: Worker): string =>
  join(world.dataDir, "assets", worker.id);

/** A string of the upload; Cloudflare takes "" for not sent. */
function sentText(version: Version, member: string): string | undefined {
  const value = version.sent[member];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function sentTexts(version: Version, member: string): readonly string[] {
  const value = version.sent[member];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
