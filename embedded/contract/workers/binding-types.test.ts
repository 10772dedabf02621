import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { bindingTypes } from "../../api/workers/version/binding-types.ts";
import type { BindingTypeName } from "../../binding-type-names.ts";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { call, version, visit } from "../testing/call.ts";

const types = z
  .object({})
  .catchall(z.looseObject({ required: z.array(z.string()), here: z.unknown() }))
  .parse(bindingTypes);
const namesOf = (wanted: (here: unknown) => boolean): readonly string[] =>
  Object.entries(types).flatMap(([name, { here }]) => (wanted(here) ? [name] : []));
const run = namesOf((here) => typeof here === "function");
const kept = namesOf((here) => here === "kept");
const refused = namesOf((here) => here === "refused");

/** Cloudflare's own list: the types that its SDK documents for a binding of a version. */
const documented = [
  ...new Set(
    [
      ...readFileSync(
        "node_modules/cloudflare/resources/workers/beta/workers/versions.d.ts",
        "utf8",
      ).matchAll(/interface WorkersBindingKind\w+ \{(?:(?!\n {4}\})[\s\S])*?\n {8}type: '(\w+)'/g),
    ].map(([, type = ""]) => type),
  ),
];

let embedded: Embedded;
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
});
afterAll(() => embedded.close());

const base = (): string => `/accounts/${embedded.accounts[0]?.id}`;

/** A value for each member that a type asks for, of the shape that Cloudflare documents where that is no text. */
const memberValues: Readonly<Record<string, unknown>> = {
  simple: { limit: 1, period: 10 },
  usages: ["sign"],
  namespace_id: "1",
};
const memberValue = (member: string): unknown => memberValues[member] ?? "one";

const bindingOf = (type: string): Record<string, unknown> => ({
  type,
  name: type.toUpperCase(),
  ...Object.fromEntries((types[type]?.required ?? []).map((member) => [member, memberValue(member)])),
});

async function made(name: string): Promise<string> {
  const worker = await call(embedded, "POST", `${base()}/workers/workers`, {
    name,
    subdomain: { enabled: true },
  });
  return `${base()}/workers/workers/${String(worker.result["id"])}`;
}

const code = "export default { fetch: (request, env) => Response.json(Object.keys(env).sort()) }";

test("every type that Cloudflare documents is in the table, beside the one that is replaced before", () => {
  expect(documented.length).toBeGreaterThan(30);
  expect(documented.filter((type) => type !== "inherit" && !(type in bindingTypes))).toEqual([]);
});

test("a version may declare every type that is only kept: each is shown, and named as missing from env", async () => {
  const worker = await made("keeps");
  const answer = await call(
    embedded,
    "POST",
    `${worker}/versions?deploy=true`,
    version(code, { bindings: [...kept.map(bindingOf), { name: "TEXT", type: "plain_text", text: "here" }] }),
  );
  expect(answer.message).toBe("");
  expect(answer.notes.toSorted()).toEqual(
    kept
      .map(
        (type) =>
          `env.${type.toUpperCase()} is undefined on the embedded Cloudflare: it does not run bindings of type ${type}.`,
      )
      .toSorted(),
  );
  const shown = z.array(z.looseObject({ type: z.string() })).parse(answer.result["bindings"]);
  expect(shown.map(({ type }) => type).toSorted()).toEqual([...kept, "plain_text"].toSorted());
  expect(await visit(embedded, "keeps")).toBe('200 ["TEXT"]');
});

test("every type that is run here is in env", async () => {
  const database = await call(embedded, "POST", `${base()}/d1/database`, { name: "one" });
  const namespace = await call(embedded, "POST", `${base()}/storage/kv/namespaces`, { title: "one" });
  await call(embedded, "POST", `${base()}/r2/buckets`, { name: "one" });
  await call(embedded, "POST", `${base()}/queues`, { queue_name: "one" });
  await call(embedded, "POST", `${base()}/vectorize/v2/indexes`, {
    name: "one",
    config: { dimensions: 3, metric: "cosine" },
  });
  const store = await call(embedded, "POST", `${base()}/secrets_store/stores`, { name: "one" });
  await call(embedded, "POST", `${base()}/secrets_store/stores/${String(store.result["id"])}/secrets`, [
    { name: "one", value: "one", scopes: ["workers"] },
  ]);
  const hyperdrive = await call(embedded, "POST", `${base()}/hyperdrive/configs`, {
    name: "one",
    origin: {
      scheme: "postgres",
      host: "127.0.0.1",
      port: 5432,
      database: "shop",
      user: "ann",
      password: "x",
    },
  });
  const more: Partial<Record<BindingTypeName, object>> = {
    secrets_store_secret: { store_id: store.result["id"], secret_name: "one" },
    hyperdrive: { id: hyperdrive.result["id"] },
    d1: { id: database.result["uuid"] },
    kv_namespace: { namespace_id: namespace.result["id"] },
    r2_bucket: { bucket_name: "one" },
    service: { service: "runs" },
    durable_object_namespace: { class_name: "Room" },
    json: { json: { a: 1 } },
  };
  const withoutFiles = run.filter((type) => type !== "assets");
  const bindings = withoutFiles.map((type) => ({
    ...bindingOf(type),
    ...Object.entries(more).find(([each]) => each === type)?.[1],
  }));
  const answer = await call(
    embedded,
    "POST",
    `${await made("runs")}/versions?deploy=true`,
    version(
      `import { DurableObject } from "cloudflare:workers"; export class Room extends DurableObject {} ${code}`,
      { bindings, exports: { Room: { type: "durable-object", storage: "sqlite" } } },
    ),
  );
  expect([answer.message, answer.notes]).toEqual(["", []]);
  const names = withoutFiles.map((type) => type.toUpperCase()).toSorted();
  expect(await visit(embedded, "runs")).toBe(`200 ${JSON.stringify(names)}`);
});

test.each([
  ...refused,
  "no_such_type",
  "toString",
])("a binding of type %s is refused by its name", async (type) => {
  const answer = await call(
    embedded,
    "POST",
    `${await made(`refuses-${type.toLowerCase().replaceAll("_", "-")}`)}/versions`,
    version(code, { bindings: [{ name: "ODD", type, part: "x" }] }),
  );
  expect([answer.status, answer.code]).toEqual([400, 10021]);
  expect(answer.message).toContain("binding ODD");
  expect(answer.message).toContain(type);
});
