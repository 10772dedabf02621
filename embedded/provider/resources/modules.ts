import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { unknownValue } from "../../../src/engine/property-values.ts";
import type { HookContext } from "../facts/kind.ts";
import { isList, isObject, isUnknown, property, text, type Value, type Values } from "../values/values.ts";

/** A module's content comes from a file or from the program, never both. */
export function checkModule(module: Value, index: number): readonly { property: string; reason: string }[] {
  if (!isObject(module) || isUnknown(module)) return [];
  const given = ["contentFile", "contentBase64"].filter((name) => module[name] !== undefined);
  if (given.length !== 1)
    return [{ property: `modules[${index}]`, reason: "needs exactly one of contentFile and contentBase64" }];
  const base64 = text(module, "contentBase64");
  return base64 === undefined || isBase64(base64)
    ? []
    : [{ property: `modules[${index}].contentBase64`, reason: "is not base64" }];
}

/** As strict as the official provider's decoder: padded, and line breaks are the only other characters. */
function isBase64(text: string): boolean {
  const plain = text.replace(/[\r\n]/g, "");
  return plain.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(plain);
}

/** The digest of each module's content, so that a changed file is a new version and an unchanged one is not. */
export async function withModules(planned: Values, files: (path: string) => string): Promise<Values> {
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
      : unknownValue,
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

/** Files travel as base64 in the body; they are read now, not at the plan. */
export async function withContents(body: Values, values: Values, context: HookContext): Promise<Values> {
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

/** Where a module came from is the program's own; only its digest is read. */
export function restoredModules(read: Value | undefined, before: Value | undefined): Values {
  // a version of assets alone has none, which the API may say with an empty list
  if (!isList(before))
    return isList(read) && read.length > 0 ? { modules: read.map(withReadDigest) } : { modules: null };
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
