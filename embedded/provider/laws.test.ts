import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Attributes, facts } from "./facts/facts.ts";
import { client } from "./fixture/client.ts";
import { embeddedWithProvider, post } from "./fixture/embedded.ts";
import { lawCases, notInLaws } from "./fixture/laws/index.ts";
import type { LawCase } from "./fixture/laws/law-case.ts";
import { kinds } from "./resources/index.ts";
import { isList, isObject, isUnknown, type Value, type Values } from "./values/values.ts";

let cloudflare: Awaited<ReturnType<typeof embeddedWithProvider>>;
let engine: ReturnType<typeof client>;
let cases: Readonly<Record<string, readonly LawCase[]>> = {};

beforeAll(async () => {
  cloudflare = await embeddedWithProvider(import.meta.dirname);
  const { embedded, account, zone } = cloudflare;
  engine = client(cloudflare.port);
  await engine.configure({ apiToken: embedded.token, baseUrl: cloudflare.environment.TEST_API });
  const at = `/accounts/${account}`;
  const worker = await post(embedded, `${at}/workers/workers`, { name: "loose" });
  await post(embedded, `${at}/workers/workers`, { name: "other" });
  const version = (text: string) =>
    post(embedded, `${at}/workers/workers/${String(worker["id"])}/versions`, {
      main_module: "a.js",
      compatibility_date: "2026-07-01",
      modules: [
        {
          name: "a.js",
          content_type: "application/javascript+module",
          content_base64: Buffer.from(text).toString("base64"),
        },
      ],
    });
  const hello = (n: number) =>
    `export default { fetch: () => new Response("${n}"), queue() {}, scheduled() {} };`;
  const versions = [
    String((await version(hello(1)))["id"]),
    String((await version(hello(2)))["id"]),
  ] as const;
  await post(embedded, `${at}/workers/scripts/loose/deployments`, {
    strategy: "percentage",
    versions: [{ percentage: 100, version_id: versions[0] }],
  });
  const queue = await post(embedded, `${at}/queues`, { queue_name: "line" });
  await post(embedded, `${at}/queues`, { queue_name: "dead" });
  await post(embedded, `${at}/r2/buckets`, { name: "shelf" });
  const database = await post(embedded, `${at}/d1/database`, { name: "there" });
  const kv = await post(embedded, `${at}/storage/kv/namespaces`, { title: "there" });
  const hyperdrive = await post(embedded, `${at}/hyperdrive/configs`, {
    name: "there",
    origin: {
      scheme: "postgres",
      host: "127.0.0.1",
      port: 5432,
      database: "shop",
      user: "ann",
      password: "x",
    },
  });
  const secretStore = await post(embedded, `${at}/secrets_store/stores`, { name: "there" });
  await post(embedded, `${at}/secrets_store/stores/${String(secretStore["id"])}/secrets`, [
    { name: "n", value: "x", scopes: ["workers"] },
  ]);
  cases = lawCases({
    accountId: account,
    zoneId: zone,
    queueId: String(queue["queue_id"]),
    namespaceId: String(kv["id"]),
    workerId: String(worker["id"]),
    databaseId: String(database["uuid"]),
    hyperdriveId: String(hyperdrive["id"]),
    secretStoreId: String(secretStore["id"]),
    versionIds: versions,
  });
});
afterAll(async () => {
  engine.close();
  await cloudflare.close();
});

/** What a resource cannot outlive. */
const parents = ["bucketName", "queueId", "namespaceId", "scriptName", "workerId", "zoneId"];

const changed = (inputs: Values, change: Values): Values =>
  Object.fromEntries(Object.entries({ ...inputs, ...change }).filter(([, value]) => value !== null));

/** Where what a preview said is not what came: a value that it knew and that is another one now. */
function lies(preview: Value | undefined, real: Value | undefined, path = ""): string[] {
  if (isUnknown(preview) || preview === undefined) return [];
  if (isObject(preview) && isObject(real))
    return Object.keys(preview).flatMap((key) => lies(preview[key], real[key], `${path}.${key}`));
  if (isList(preview) && isList(real))
    return preview.length !== real.length
      ? [`${path}: ${preview.length} items, then ${real.length}`]
      : preview.flatMap((item, i) => lies(item, real[i], `${path}[${i}]`));
  return preview === real ? [] : [`${path}: ${JSON.stringify(preview)}, then ${JSON.stringify(real)}`];
}

describe.each(kinds.map((kind) => [kind.token.split(":")[2] ?? "", kind] as const))("%s", (name, kind) => {
  const type = kind.token;
  let moving: readonly string[] = [];
  const unchanged = async (step: string, id: string, state: Values, inputs: Values) => {
    const diff = await engine.diff(type, id, state, inputs);
    expect.soft(diff, `${step}: a plan`).toMatchObject({ changes: false, diffs: [], detailed: {} });
    const read = await engine.read(type, id, state, inputs);
    expect.soft(read.id, `${step}: the id after a refresh`).toBe(id);
    expect.soft(read.inputs, `${step}: the inputs after a refresh`).toEqual(inputs);
    const moved = lies(state, read.properties).filter(
      (line) => !moving.some((name) => line.startsWith(`.${name}:`)),
    );
    expect.soft(moved, `${step}: the outputs after a refresh`).toEqual([]);
    const again = await engine.diff(type, id, read.properties, inputs);
    expect
      .soft(again, `${step}: a plan after a refresh`)
      .toMatchObject({ changes: false, diffs: [], detailed: {} });
    return read.properties;
  };

  it("is settled after every step of its life", async () => {
    for (const law of cases[name] ?? []) await live(law);
  });

  async function live(law: LawCase): Promise<void> {
    let inputs = law.inputs;
    moving = law.moving ?? [];
    expect((await engine.check(type, inputs)).failures).toEqual([]);
    const preview = await engine.create(type, inputs, true);
    const made = await engine.create(type, inputs);
    const { id } = made;
    expect(id).not.toBe("");
    expect.soft(lies(preview.properties, made.properties)).toEqual([]);
    let state = await unchanged("create", id, made.properties, inputs);
    for (const change of law.replaces ?? []) {
      const diff = await engine.diff(type, id, state, changed(inputs, change));
      expect
        .soft(diff.replaces, `replaces ${JSON.stringify(change)}`)
        .toEqual(expect.arrayContaining(Object.keys(change)));
    }
    for (const change of [...law.changes, law.inputs]) {
      const step = JSON.stringify(change);
      inputs = changed(change === law.inputs ? {} : inputs, change);
      expect.soft((await engine.check(type, inputs)).failures, step).toEqual([]);
      const diff = await engine.diff(type, id, state, inputs);
      expect.soft(diff.changes || change === law.inputs, `${step} is a change`).toBe(true);
      expect.soft(diff.replaces, step).toEqual([]);
      if (!diff.changes) continue;
      const planned = await engine.update(type, id, state, inputs, true);
      const updated = await engine.update(type, id, state, inputs);
      expect.soft(lies(planned.properties, updated.properties), step).toEqual([]);
      state = await unchanged(step, id, updated.properties, inputs);
    }
    if (kind.importId !== undefined && kind.read !== "none") {
      const whole = kind.importId.replace(/\{(\w+)[?+]?\}/g, (_, part: string) =>
        part === "id" ? id : String(inputs[part] ?? ""),
      );
      const imported = await engine.read(type, whole.replace(/\/$/, ""), {}, {});
      expect.soft(imported.id, "the id of an import").toBe(id);
      await unchanged("import", id, imported.properties, imported.inputs);
      const { detailed } = await engine.diff(type, id, imported.properties, inputs);
      const unknown = law.notImported ?? [];
      expect
        .soft(
          Object.keys(detailed).filter((path) => !unknown.includes(path.replace(/[.[].*/, ""))),
          "the program, after an import",
        )
        .toEqual([]);
    }
    for (const parent of parents) {
      if (!(parent in inputs) || kind.read === "none" || !kind.read.path.includes(`{${parent}}`)) continue;
      const orphaned = { ...state, [parent]: parent.endsWith("Name") ? "nowhere" : "0".repeat(32) };
      expect.soft((await engine.read(type, id, orphaned, inputs)).id, `gone with its ${parent}`).toBe("");
    }
    await engine.remove(type, id, state);
    if (kind.delete === "none" || law.deleteIsQuiet === true) return;
    expect.soft((await engine.read(type, id, state, inputs)).id, "gone").toBe("");
    await expect.soft(engine.remove(type, id, state)).rejects.toThrow();
  }

  it("has every property of it in one of its programs, or a reason why not", () => {
    const programs = (cases[name] ?? []).flatMap(({ inputs, changes, replaces = [] }) => [
      inputs,
      ...changes,
      ...replaces,
    ]);
    const set = new Set(programs.flatMap((program) => setPaths(facts[type]?.attributes ?? {}, program)));
    const missing = inputPaths(facts[type]?.attributes ?? {}).filter((path) => !set.has(path));
    const excused = Object.keys(notInLaws).flatMap((key) =>
      key.startsWith(`${name} `) ? [key.slice(name.length + 1)] : [],
    );
    expect(
      missing.filter((path) => !excused.some((reason) => path === reason || path.startsWith(`${reason}.`))),
    ).toEqual([]);
    expect(
      excused.filter((reason) => !missing.includes(reason)),
      "excused without need",
    ).toEqual([]);
  });
});

/** Every property that a program can set, as a path without indices and keys. */
const inputPaths = (attributes: Attributes, above = ""): readonly string[] =>
  Object.entries(attributes).flatMap(([name, { mode, of }]) =>
    mode === "computed" ? [] : [above + name, ...inputPaths(of ?? {}, `${above}${name}.`)],
  );

/** Those of them that a program sets. */
function setPaths(attributes: Attributes, program: Values, above = ""): readonly string[] {
  return Object.entries(program).flatMap(([name, value]) => {
    const attribute = attributes[name];
    if (attribute === undefined || value === null) return [];
    const inside = isList(value)
      ? value
      : attribute.type === "map" && isObject(value)
        ? Object.values(value)
        : [value];
    const parts = inside.flatMap((item) =>
      isObject(item) ? setPaths(attribute.of ?? {}, item, `${above}${name}.`) : [],
    );
    return [above + name, ...parts];
  });
}
