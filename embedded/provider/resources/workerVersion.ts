import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { HookContext, Kind } from "../kind.ts";
import { isList, isObject, isUnknown, property, text, unknown, type Value, type Values } from "../values.ts";
import { manifestDigest, uploadAssets } from "./assets.ts";

const versions = "accounts/{accountId}/workers/workers/{workerId}/versions";

/** Which computed properties of a binding the service fills in; in other bindings they are simply not there. */
const filledIn: Readonly<Record<string, readonly string[]>> = {
  d1: ["databaseId"],
  durable_object_namespace: ["className", "namespaceId", "scriptName"],
  workflow: ["className", "scriptName"],
};

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
      withAssets(withBindings(await withModules(planned, files)), inputs, prior, files),
    body: async (body, values, context) =>
      withJwt(sortBindings(await withContents(body, values, context)), values, context),
    answer: (result) =>
      isObject(result) && isList(result["bindings"])
        ? { ...result, bindings: [...result["bindings"]].sort(byName) }
        : result,
    read: (outputs, prior) => restore(outputs, prior),
    after: async (outputs, planned) => restore({ ...outputs, assets: planned["assets"] ?? null }, planned),
  },
};

function checkModule(module: Value, index: number): readonly { property: string; reason: string }[] {
  if (!isObject(module) || isUnknown(module)) return [];
  const given = ["contentFile", "contentBase64"].filter((name) => module[name] !== undefined);
  return given.length === 1
    ? []
    : [{ property: `modules[${index}]`, reason: "needs exactly one of contentFile and contentBase64" }];
}

/** The digest of each module's content, so that a changed file is a new version and an unchanged one is not. */
async function withModules(planned: Values, files: (path: string) => string): Promise<Values> {
  const modules = planned["modules"];
  if (!isList(modules)) return planned;
  return { ...planned, modules: await Promise.all(modules.map((module) => withDigest(module, files))) };
}

async function withDigest(module: Value, files: (path: string) => string): Promise<Value> {
  if (!isObject(module)) return module;
  const known = text(module, "contentFile") !== undefined || text(module, "contentBase64") !== undefined;
  return {
    ...module,
    contentSha256: known
      ? createHash("sha256")
          .update(await contents(module, files))
          .digest("hex")
      : unknown,
  };
}

async function contents(module: Values, files: (path: string) => string): Promise<Uint8Array> {
  const file = text(module, "contentFile");
  if (file === undefined) return Buffer.from(text(module, "contentBase64") ?? "", "base64");
  const path = files(file);
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(
      `the module "${text(module, "name")}" cannot be read: contentFile ${file}, looked for at ${path}`,
      { cause: error },
    );
  }
}

function withBindings(planned: Values): Values {
  const bindings = planned["bindings"];
  if (!isList(bindings)) return planned;
  return {
    ...planned,
    bindings: bindings.map((binding) => (isObject(binding) ? withoutForeign(binding) : binding)),
  };
}

function withoutForeign(binding: Values): Values {
  const type = text(binding, "type");
  if (type === undefined) return binding;
  const may = filledIn[type] ?? [];
  return Object.fromEntries(
    Object.entries(binding).filter(
      ([name, value]) => !isUnknown(value) || may.includes(name) || !computedOfBinding.has(name),
    ),
  );
}
const computedOfBinding = new Set(["databaseId", "className", "namespaceId", "scriptName"]);

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

/** Files travel as base64 in the body; they are read now, not at the plan. */
async function withContents(body: Values, values: Values, context: HookContext): Promise<Values> {
  const modules = values["modules"];
  if (!isList(modules) || !isList(body["modules"])) return body;
  const sent = body["modules"].map(async (module, i) => {
    const planned = modules[i];
    if (!isObject(module) || !isObject(planned)) return module;
    const bytes = await contents(planned, context.files);
    return {
      content_base64: Buffer.from(bytes).toString("base64"),
      content_type: module["content_type"] ?? null,
      name: module["name"] ?? null,
    };
  });
  return { ...body, modules: await Promise.all(sent) };
}

/** In the order in which the API gives them back. */
const sortBindings = (body: Values): Values =>
  isList(body["bindings"]) ? { ...body, bindings: [...body["bindings"]].sort(byName) } : body;

function byName(a: Value, b: Value): number {
  const [x, y] = [String(property(a, "name")), String(property(b, "name"))];
  return x < y ? -1 : x > y ? 1 : 0;
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
  };
}

function restoredBindings(read: Value | undefined, before: Value | undefined): Values {
  if (!isList(read)) return {};
  const previous = isList(before) ? before : [];
  const withText = read.map((binding): Value => {
    const type = property(binding, "type");
    if (!isObject(binding) || (type !== "secret_text" && type !== "plain_text")) return binding;
    const original = property(
      previous.find((other) => property(other, "name") === binding["name"]),
      "text",
    );
    return original === undefined || isUnknown(original) ? binding : { ...binding, text: original };
  });
  const place = (binding: Value): number => {
    const at = previous.findIndex((other) => property(other, "name") === property(binding, "name"));
    return at < 0 ? previous.length : at;
  };
  return { bindings: withText.sort((a, b) => place(a) - place(b)) };
}

function restoredModules(read: Value | undefined, before: Value | undefined): Values {
  if (!isList(before)) return isList(read) ? { modules: read.map((module) => withReadDigest(module)) } : {};
  const found = isList(read) ? read : [];
  return {
    modules: before.map((module): Value => {
      const other = found.find((candidate) => property(candidate, "name") === property(module, "name"));
      const base64 = property(other, "contentBase64");
      if (!isObject(module) || typeof base64 !== "string") return module;
      const digest = createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex");
      return {
        ...module,
        contentSha256: digest,
        ...(module["contentBase64"] === undefined ? {} : { contentBase64: base64 }),
      };
    }),
  };
}

function withReadDigest(module: Value): Value {
  const base64 = property(module, "contentBase64");
  if (!isObject(module) || typeof base64 !== "string") return module;
  return {
    ...module,
    contentSha256: createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex"),
  };
}
