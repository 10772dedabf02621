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
