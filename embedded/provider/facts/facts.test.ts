import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { states } from "../fixture/twenty/observed-state.ts";
import { sources } from "../protocol/sources.ts";
import { kinds } from "../resources/index.ts";
import { table } from "../resources/table.ts";
import { hasAddition, isAddition, kindsNeverObserved, propertiesNeverObserved } from "./differences.ts";
import { type Attributes, facts } from "./facts.ts";

const sdk = dirname(fileURLToPath(import.meta.resolve("@pulumi/cloudflare/package.json")));
const nested = new Map(
  [...interfaces("types/input.d.ts"), ...interfaces("types/output.d.ts")].map((one) => [
    `${one.file} ${one.name}`,
    one,
  ]),
);

interface Members {
  readonly file: string;
  readonly name: string;
  readonly members: ReadonlyMap<string, { readonly type: string; readonly optional: boolean }>;
}

/** The interfaces and classes of a declaration file, with their properties. */
function interfaces(file: string): readonly Members[] {
  const source = ts.createSourceFile(file, readFileSync(join(sdk, file), "utf8"), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement): readonly Members[] => {
    if (!ts.isInterfaceDeclaration(statement) && !ts.isClassDeclaration(statement)) return [];
    const members = new Map<string, { type: string; optional: boolean }>();
    for (const member of statement.members) {
      if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) continue;
      members.set(member.name.getText(source), {
        type: member.type?.getText(source) ?? "",
        optional: member.questionToken !== undefined,
      });
    }
    return [{ file, name: statement.name?.text ?? "", members }];
  });
}

/** The file of the SDK that declares a type, by the token in its JavaScript. */
const fileOf: ReadonlyMap<string, string> = new Map(
  readdirSync(sdk)
    .filter((name) => name.endsWith(".js"))
    .flatMap((name): [string, string][] => {
      const token = /__pulumiType = '([^']+)'/.exec(readFileSync(join(sdk, name), "utf8"))?.[1];
      return token === undefined ? [] : [[token, name.replace(/\.js$/, ".d.ts")]];
    }),
);

describe.each(kinds.map((kind) => [kind.token, kind] as const))("%s", (token, kind) => {
  const attributes: Attributes = facts[token]?.attributes ?? {};
  const declared = interfaces(fileOf.get(token) ?? "missing.d.ts");
  const args = declared.find(({ name }) => name.endsWith("Args"));
  const outputs = declared.find(({ name }) => name === token.split(":")[2]);

  it("knows every input of the SDK, which are required, and nothing else", () => {
    const ours = Object.entries(attributes).filter(([, { mode }]) => mode !== "computed");
    expect(ours.map(([name]) => name).sort()).toEqual([...(args?.members.keys() ?? [])].sort());
    const required = [...(args?.members ?? [])].filter(([, { optional }]) => !optional).map(([name]) => name);
    expect(
      ours
        .filter(([, { mode }]) => mode === "required")
        .map(([name]) => name)
        .sort(),
    ).toEqual(required.sort());
  });

  it("knows every output of the SDK", () => {
    expect(Object.keys(attributes).sort()).toEqual([...(outputs?.members.keys() ?? [])].sort());
  });

  it("knows every nested property and the type of each", () => {
    expect(
      [...(args?.members ?? [])].flatMap(([name, { type }]) => mismatches(attributes, name, type, name)),
    ).toEqual([]);
  });

  it("names only attributes that there are", () => {
    const placeholders = [kind.create, kind.read, kind.update, kind.delete].flatMap((call) =>
      typeof call === "string" ? [] : [...call.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? ""),
    );
    const paths = [
      ...placeholders.filter((name) => name !== "id"),
      ...(kind.notSent ?? []),
      ...(kind.notRead ?? []),
      ...Object.keys(kind.wire ?? {}),
      ...Object.keys(kind.wireRead ?? {}),
    ];
    const importing = [...(kind.importId ?? "").matchAll(/\{(\w+)[?+]?\}/g)]
      .map((found) => found[1] ?? "")
      .filter((name) => name !== "id");
    const unknown = [
      ...paths,
      ...importing,
      ...(kind.existing === undefined ? [] : [kind.existing.property]),
    ].filter((path) => !exists(attributes, path.split(".")));
    expect(unknown).toEqual([]);
  });

  it("has a reason for each property that was never observed", () => {
    const type = token.split(":")[2] ?? "";
    const additions = Object.keys(attributes).filter((name) => hasAddition(token, name));
    if (kindsNeverObserved[token] !== undefined && additions.length === Object.keys(attributes).length)
      return;
    expect(Object.keys(propertiesNeverObserved[type] ?? {}).sort()).toEqual(additions.sort());
  });
});

/** Where a declared property and the facts disagree. */
function mismatches(attributes: Attributes, name: string, declared: string, path: string): readonly string[] {
  const attribute = attributes[name];
  if (attribute === undefined) return [`${path} is not in the facts`];
  const plain = declared
    .replace(/pulumi\.Input<|\s*\| undefined|>/g, "")
    .replace(/\s+/g, " ")
    .trim();
  const [list, map] = [plain.endsWith("[]"), plain.startsWith("{ [key: string]:")];
  const one = plain.replace(/\[\]$/, "").replace(/^\{ \[key: string\]: (.*?);? \}$/, "$1");
  const shape = list
    ? ["list", "set"]
    : map
      ? ["map"]
      : one.startsWith("inputs.")
        ? ["object"]
        : one === "number"
          ? ["number", "integer"]
          : [one];
  if (!shape.includes(attribute.type))
    return [`${path} is ${attribute.type} in the facts and ${plain} in the SDK`];
  if (!one.startsWith("inputs.")) return [];
  const members = nested.get(`types/input.d.ts ${one.slice("inputs.".length)}`)?.members;
  return [...(members ?? [])].flatMap(([part, { type }]) =>
    mismatches(attribute.of ?? {}, part, type, `${path}.${part}`),
  );
}

function exists(attributes: Attributes, [name = "", ...rest]: readonly string[]): boolean {
  const attribute = attributes[name];
  return attribute !== undefined && (rest.length === 0 || exists(attribute.of ?? {}, rest));
}

describe("the table", () => {
  it("has the facts of its kinds and no others", () => {
    expect([...table.keys()].sort()).toEqual(Object.keys(facts).sort());
  });
  it("has every kind once", () => {
    expect(new Set(kinds.map(({ token }) => token)).size).toBe(kinds.length);
  });
  it("lists the kinds that were never observed", () => {
    const observed = new Set([
      "hd",
      "q",
      "kv",
      "bucket",
      "db",
      "gw",
      "w",
      "cors",
      "ev",
      "life",
      "md",
      "v",
      "d",
      "cron",
      "qc",
      "route",
      "dom",
      "wf",
    ]);
    expect([...observed].filter((name) => states[name] === undefined)).toEqual([]);
    expect(kinds.length - Object.keys(kindsNeverObserved).length).toBe(observed.size);
  });
  it("calls only what the SDK added an addition", () => {
    expect(isAddition("cloudflare:index/worker:Worker", "name")).toBe(false);
    expect(isAddition("cloudflare:index/worker:Worker", "force")).toBe(true);
    expect(isAddition("cloudflare:index/worker:Worker", "observability.issues.enabled")).toBe(true);
  });
  it("answers data sources that the SDK has, by their tokens", () => {
    const tokens = readdirSync(sdk)
      .filter((name) => /^get.*\.js$/.test(name))
      .flatMap((name) =>
        [...readFileSync(join(sdk, name), "utf8").matchAll(/"(cloudflare:index\/[^"]+)"/g)].map(
          (found) => found[1],
        ),
      );
    expect(sources.map(({ token }) => token).filter((token) => !tokens.includes(token))).toEqual([]);
  });
});
