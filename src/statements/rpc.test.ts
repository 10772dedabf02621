import { expect, test } from "vitest";
import { rpcOf } from "./rpc.ts";

const callee = `import { WorkerEntrypoint } from "cloudflare:workers";
import { Base } from "cloudflare:elsewhere";
var Common = class extends WorkerEntrypoint { ping() {} };
var Orders = class extends Common { place(order) {} get count() { return 1; } static make() {} #own() {} };
var Strange = class extends Base { place() {} };
var Computed = class extends WorkerEntrypoint { [name]() {} };
var Wrapped = wrap(Orders);
var worker_default = { fetch() {}, async queue() {} };
export { Orders as Shop, Strange, Computed, Wrapped, worker_default as default };
export class Direct extends WorkerEntrypoint { say() {} }`;

const methods = (entrypoint: string): unknown => {
  const found = rpcOf(callee)?.methodsOf(entrypoint);
  return found === undefined ? undefined : [...found].sort();
};

test("the methods of an entrypoint are those of its class and of the classes that it extends; what the code does not tell is unknown", () => {
  expect(methods("Shop")).toEqual(["#own", "count", "ping", "place"]);
  expect(methods("Direct")).toEqual(["say"]);
  expect(methods("default")).toEqual(["fetch", "queue"]);
  for (const unknown of ["Strange", "Computed", "Wrapped", "Nobody"])
    expect(methods(unknown), unknown).toBeUndefined();
});

test("what a caller calls on a binding is read where it is written out", () => {
  const rpc = rpcOf(
    `export default { async fetch(request, env) { await env.ORDERS.place(1); const c = { env }; return c.env.ORDERS["cancel"](2) ?? other.ORDERS.lost(); } };
     class Api { run() { return this.env.STOCK.take(); } text = "env.ORDERS.inText()"; }`,
  );
  expect(rpc?.calledOn("ORDERS")).toEqual(["cancel", "place"]);
  expect(rpc?.calledOn("STOCK")).toEqual(["take"]);
  expect(rpc?.calledOn("NONE")).toEqual([]);
  expect(rpcOf("export default {")).toBeUndefined();
});

const aliases: Readonly<Record<string, string>> = {
  "a variable": "export default { fetch(_, env) { const api = env.API; return api.place(); } };",
  "a variable that is set later":
    "let api; export default { fetch(_, env) { api = env.API; return api.place(); } };",
  "what a pattern takes out":
    "export default { fetch(_, env) { const { API } = env; return API.place(); } };",
  "what a pattern takes out and renames":
    "export default { fetch(_, env) { const { API: api } = env; return api.place(); } };",
  "a parameter that is a pattern": "export default { fetch(_, { API }) { return API.place(); } };",
  "a pattern in a pattern": "const run = ({ env: { API } }) => API.place();",
  "env under another name": "export default { fetch(_, e) { const all = e; return all.API.place(); } };",
  "env of the runtime": 'import { env as e } from "cloudflare:workers"; e.API.place();',
  "env of a class": "class A { async run() { return (await this.env.API.place()).x; } }",
  "a field": "class A { constructor(ctx, env) { this.api = env.API; } run() { return this.api.place(); } }",
  "a private field with env":
    "class A { #all; constructor(ctx, e) { this.#all = e; } run() { return this.#all.API.place(); } }",
  "a field with a value": "class A extends B { api = this.env.API; run() { return this.api?.place(); } }",
  "a helper": "function go(api) { return api.place(); } export default { fetch: (_, env) => go(env.API) };",
  "a method by itself": "export default { fetch(_, env) { const { place } = env.API; return place(); } };",
  "one of two": "export default { fetch(_, env) { const api = env.API ?? other; return api.place(); } };",
};
test.each(Object.entries(aliases))("a call by %s is seen", (_, code) => {
  const rpc = rpcOf(code);
  expect(rpc?.calledOn("API")).toEqual(["place"]);
  expect(rpc?.handsOn("API")).toBe(false);
});

test("a binding that goes where its calls cannot be followed is told, and what is no binding is none", () => {
  for (const code of [
    "export default { fetch: (_, env) => client(env.API) };",
    "export default { fetch(_, env) { return { api: env.API }; } };",
    "export default { fetch(_, env) { const { API } = env; return [API]; } };",
    "export default { fetch(_, env) { return env[name].place(); } };",
    "export default { fetch(_, env) { return env.API[name](); } };",
    "export default { fetch(_, env) { elsewhere.api = env.API; } };",
  ])
    expect(rpcOf(code)?.handsOn("API"), code).toBe(true);
  const rpc = rpcOf(
    "const names = { API: { place() {} } }; names.API.place(); const { API } = names; API.place(); if (env.API) env.API.other(); process.env[name].place(); import.meta.env[name].place();",
  );
  expect(rpc?.calledOn("API")).toEqual(["other"]);
  expect(rpc?.handsOn("API")).toBe(false);
});
