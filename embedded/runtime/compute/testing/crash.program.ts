// Run by crash.test.ts: a compute with one script that owns objects, until it is killed.

import { startCompute } from "../start.ts";
import { scriptName, version } from "./rig.ts";

const [dataDir = ""] = process.argv.slice(2);
const namespaceId = "c0".repeat(16);
const code = `
import { DurableObject } from "cloudflare:workers";
export class C extends DurableObject {
  add() {
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (n)");
    this.ctx.storage.sql.exec("INSERT INTO t VALUES (1)");
    return this.ctx.storage.sql.exec("SELECT count(*) AS n FROM t").one().n;
  }
}
export default { fetch: async (r, env) => new Response(String(await env.C.getByName("one").add())) };`;
const compute = await startCompute({
  dataDir,
  storesAddress: "127.0.0.1:9",
  storesKey: "",
  dataPlaneAddress: "127.0.0.1:9",
  dataPlaneKey: "",
  log: console.log,
});
const owner = scriptName("owner");
const spec = version("owner-1", code, {
  bindings: [{ kind: "object", name: "C", className: "C", script: "owner", namespaceId }],
  objectClasses: [{ className: "C", namespaceId, storage: "sqlite" }],
});
await compute.deploy(owner, [{ version: spec, percentage: 100 }]);
compute.setSubdomain(owner, true);
process.once("SIGTERM", () => compute.close().then(() => process.exit(0)));
console.log(`ready ${compute.frontPort}`);
