import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { call, upload, visit } from "../testing/call.ts";

let embedded: Embedded;
let a: string;
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  a = `/accounts/${embedded.accounts[0]?.id}`;
});
afterAll(() => embedded.close());

const main = 'import { text } from "./lib/text.js"; export default { fetch: () => new Response(text) };';
const lib = 'export const text = "from the library";';
const type = "application/javascript+module";

/** A form as a client with its own idea of part names makes it: `[part name, filename, code]`. */
function form(parts: readonly (readonly [string, string, string])[]): FormData {
  const made = new FormData();
  made.set("metadata", JSON.stringify({ main_module: "main.js", compatibility_date: "2026-07-01" }));
  for (const [name, filename, code] of parts) made.append(name, new File([code], filename, { type }));
  return made;
}

test.each([
  [
    "their names",
    [
      ["main.js", "blob", main],
      ["lib/text.js", "blob", lib],
    ],
  ],
  [
    "their filenames, each part with a name of its own",
    [
      ["file1", "main.js", main],
      ["file2", "lib/text.js", lib],
    ],
  ],
  [
    "their filenames, all parts with one name",
    [
      ["files[]", "main.js", main],
      ["files[]", "lib/text.js", lib],
    ],
  ],
  [
    "their filenames, under one plain name",
    [
      ["files", "main.js", main],
      ["files", "lib/text.js", lib],
    ],
  ],
] as const)("modules are known by %s", async (_, parts) => {
  expect(await call(embedded, "PUT", `${a}/workers/scripts/parts`, form(parts))).toMatchObject({
    status: 200,
  });
  await call(embedded, "POST", `${a}/workers/scripts/parts/subdomain`, { enabled: true });
  expect(await visit(embedded, "parts")).toBe("200 from the library");
});

test("a version without queue() is refused for a Worker that consumes, and is no mistake for another one", async () => {
  const { result } = await call(embedded, "POST", `${a}/queues`, { queue_name: "jobs" });
  const consuming = "export default { fetch: () => new Response('old'), queue() {} }";
  const script = `${a}/workers/scripts/taker`;
  await call(embedded, "PUT", script, upload(consuming, {}));
  const consumers = `${a}/queues/${String(result["queue_id"])}/consumers`;
  const consumer = await call(embedded, "POST", consumers, { type: "worker", script_name: "taker" });
  const without = "export default { fetch: () => new Response('new') }";
  for (const [method, path] of [
    ["PUT", script],
    ["POST", `${script}/versions`],
  ] as const) {
    const refused = await call(embedded, method, path, upload(without, {}));
    expect(refused).toMatchObject({ status: 400, code: 11001 });
    expect(refused.message).toContain("jobs");
  }
  expect(await call(embedded, "PUT", script, upload(consuming, {}))).toMatchObject({ status: 200 });
  await call(embedded, "DELETE", `${consumers}/${String(consumer.result["consumer_id"])}`);
  expect(await call(embedded, "PUT", script, upload(without, {}))).toMatchObject({ status: 200 });
});
