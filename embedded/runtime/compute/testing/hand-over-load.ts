import { setTimeout as sleep } from "node:timers/promises";
import type { VersionSpec } from "../../compute.ts";
import { type Rig, version } from "./rig.ts";

const namespaceId = "7e".repeat(16);
const binding = { kind: "object", name: "C", className: "C", script: "ledger", namespaceId } as const;
const code = (tag: string): string => `
import { DurableObject } from "cloudflare:workers";
export class C extends DurableObject {
  constructor(ctx, env) { super(ctx, env); ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, by TEXT, asked TEXT UNIQUE)"); }
  add(asked) {
    this.ctx.storage.sql.exec("INSERT INTO t (by, asked) VALUES (?, ?)", "${tag}", asked);
    return this.ctx.storage.sql.exec("SELECT max(n) AS n FROM t").one().n;
  }
  all() { return this.ctx.storage.sql.exec("SELECT n, by, asked FROM t ORDER BY n").toArray(); }
}
export default { async fetch(request, env) {
  const url = new URL(request.url), object = env.C.getByName("one");
  if (url.pathname === "/all") return Response.json(await object.all());
  return new Response(String(await object.add(url.searchParams.get("asked"))));
} };`;

const spec = (tag: string): VersionSpec =>
  version(tag, code(tag), {
    bindings: [binding],
    objectClasses: [{ className: "C", namespaceId, storage: "sqlite" }],
  });

export interface Row {
  readonly n: number;
  readonly by: string;
  readonly asked: string;
}

/** Visitors write rows into one object while its owner changes hands; what they were told, and what is there. */
export async function handOverUnderLoad(rig: Rig, tags: readonly string[]) {
  const [first = "", ...later] = tags;
  await rig.deploy("ledger", spec(first));
  const told = new Map<string, { readonly status: number; readonly text: string }>();
  let ended = false;
  let asked = 0;
  const visitor = async (): Promise<void> => {
    while (!ended) {
      asked += 1;
      const id = `ask-${asked}`;
      told.set(id, await rig.get("ledger", `/?asked=${id}`));
    }
  };
  /** Each version is asked by everybody at least once. */
  const more = async (): Promise<void> => {
    for (const goal = told.size + 8; told.size < goal; ) await sleep(10);
  };
  const visitors = Array.from({ length: 4 }, visitor);
  for (const tag of later) {
    await more();
    await rig.deploy("ledger", spec(tag));
  }
  await more();
  ended = true;
  await Promise.all(visitors);
  const rows: readonly Row[] = JSON.parse((await rig.get("ledger", "/all")).text);
  return { told, rows };
}
