import type { HookContext, Kind } from "../facts/kind.ts";
import { isList, isObject, isUnknown, property, text, type Values } from "../values/values.ts";
import { manifestDigest, uploadAssets } from "./assets.ts";
import { inOrderOf, restoredBindings, sortBindings, withBindings } from "./bindings.ts";
import { restoredExports } from "./exports.ts";
import { checkModule, restoredModules, withContents, withModules } from "./modules.ts";

const versions = "accounts/{accountId}/workers/workers/{workerId}/versions";

export const workerVersion: Kind = {
  token: "cloudflare:index/workerVersion:WorkerVersion",
  create: {
    method: "POST",
    path: versions,
    query: (values): Readonly<Record<string, string>> =>
      values["deploy"] === true ? { deploy: "true" } : {},
  },
  read: { method: "GET", path: `${versions}/{id}`, query: () => ({ include: "modules" }) },
  update: "none",
  delete: "none",
  id: "result.id",
  importId: "{accountId}/{workerId}/{id}",
  wire: {
    "annotations.workersMessage": "workers/message",
    "annotations.workersTag": "workers/tag",
    "annotations.workersTriggeredBy": "workers/triggered_by",
    "packageDependencies.installedVersion": "installedVersion",
    "packageDependencies.packageJsonVersion": "packageJsonVersion",
  },
  notSent: ["deploy", "include", "modules.contentFile", "assets.directory"],
  notRead: ["assets", "deploy", "include"],
  hooks: {
    check: (inputs) => (isList(inputs["modules"]) ? inputs["modules"].flatMap(checkModule) : []),
    plan: async (planned, inputs, prior, files) =>
      withAssets(withBindings(await withModules(planned, files), inputs), inputs, prior, files),
    body: async (body, values, context) =>
      withJwt(sortBindings(await withContents(body, values, context)), values, context),
    answer: (result, values) =>
      isObject(result) && isList(result["bindings"])
        ? { ...result, bindings: inOrderOf(result["bindings"], values["bindings"]) }
        : result,
    read: (outputs, prior) => restore(outputs, prior),
    after: async (outputs, planned) => restore({ ...outputs, assets: planned["assets"] ?? null }, planned),
  },
};

async function withAssets(
  planned: Values,
  inputs: Values,
  _prior: Values | undefined,
  files: (path: string) => string,
): Promise<Values> {
  const assets = planned["assets"];
  const directory = text(isObject(inputs["assets"]) ? inputs["assets"] : {}, "directory");
  if (!isObject(assets)) return planned;
  const { assetManifestSha256: _, ...others } = assets;
  if (directory === undefined)
    return { ...planned, assets: isUnknown(property(inputs["assets"], "directory")) ? assets : others };
  return { ...planned, assets: { ...others, assetManifestSha256: await manifestDigest(files(directory)) } };
}

async function withJwt(body: Values, values: Values, context: HookContext): Promise<Values> {
  const assets = values["assets"];
  const directory = isObject(assets) ? text(assets, "directory") : undefined;
  if (directory === undefined || !isObject(body["assets"]) || body["assets"]["jwt"] !== undefined)
    return body;
  const jwt = await uploadAssets(context.api, values, context.files(directory));
  return { ...body, assets: { ...body["assets"], jwt } };
}

/** What the API does not give back (texts of bindings, where a file came from) and the order of the program. */
function restore(outputs: Values, before: Values): Values {
  return {
    ...outputs,
    ...restoredBindings(outputs["bindings"], before["bindings"]),
    ...restoredModules(outputs["modules"], before["modules"]),
    ...restoredExports(outputs["exports"], before["exports"]),
  };
}
