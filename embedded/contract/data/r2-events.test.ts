import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { call } from "../testing/call.ts";
import { deployScript } from "../testing/deploy-script.ts";
import { visit } from "../testing/visit.ts";

/** Works on the bucket that it is bound to, as its path says. */
const code = `
export default {
  async fetch(request, { FILES }) {
    const work = {
      put: () => FILES.put("in/put.md", "hello"),
      never: () => FILES.put("in/put.md", "other", { onlyIf: { etagMatches: "0".repeat(32) } }),
      stream: () => FILES.put("in/stream.md", new Blob(["streamed ".repeat(20_000)]).stream().pipeThrough(new FixedLengthStream(180_000))),
      delete: () => FILES.delete(["in/put.md", "in/stream.md", "out/put.md"]),
      async multipart() {
        const upload = await FILES.createMultipartUpload("in/large.md");
        const parts = [await upload.uploadPart(1, "x".repeat(5 * 1024 * 1024)), await upload.uploadPart(2, "y")];
        await upload.complete(parts);
        const given = await FILES.createMultipartUpload("in/given-up.md");
        await given.uploadPart(1, "z");
        await given.abort();
      },
    }[new URL(request.url).pathname.slice(1)];
    const done = await work();
    return Response.json({ size: done?.size ?? null });
  },
};`;

let folder = "";
let embedded: Embedded;
let account = "";
let queue = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-events-"));
  await start();
  await api("POST", "/r2/buckets", { name: "files" });
  queue = String((await api("POST", "/queues", { queue_name: "arrivals" })).result["queue_id"]);
  await notify([
    { actions: ["PutObject", "CompleteMultipartUpload", "CopyObject"], prefix: "in/", suffix: ".md" },
    { actions: ["DeleteObject", "LifecycleDeletion"], prefix: "in/" },
  ]);
  await deployScript({ ...embedded, account }, "writer", code, [
    { type: "r2_bucket", name: "FILES", bucket_name: "files" },
  ]);
});
beforeEach(() => embedded.world.queues.purge(queue));
afterAll(async () => {
  await embedded.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

async function start(): Promise<void> {
  embedded = await startEmbedded({ dataDir: folder, log: logInternalErrors });
  account = embedded.accounts.find(({ name }) => name === "dev")?.id ?? "";
}
const api = (method: string, path: string, body?: object | string) =>
  call(embedded, method, `/accounts/${account}${path}`, body);
const notify = (rules: readonly object[]) =>
  api("PUT", `/event_notifications/r2/files/configuration/queues/${queue}`, { rules });
const writes = async (path: string): Promise<unknown> =>
  JSON.parse((await visit(embedded.frontPort, "writer.dev.localhost", `/${path}`)).text);

/** What is on the queue: told before the change was answered, so there is nothing to wait for. */
const told = (): readonly Record<string, unknown>[] =>
  embedded.world.queues.peek(queue, 100).map(({ contentType, body }) => {
    expect(contentType).toBe("json");
    return JSON.parse(Buffer.from(body).toString());
  });

test("what is put and deleted over the API is told as Cloudflare documents it", async () => {
  for (const key of ["in/note.md", "in/note.txt", "out/note.md"])
    await api("PUT", `/r2/buckets/files/objects/${key}`, "hello");
  await api("DELETE", "/r2/buckets/files/objects/in/note.md");
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(told()).toEqual([
    {
      account,
      action: "PutObject",
      bucket: "files",
      object: { key: "in/note.md", size: 5, eTag: "5d41402abc4b2a76b9719d911017c592" },
      eventTime: time,
    },
    { account, action: "DeleteObject", bucket: "files", object: { key: "in/note.md" }, eventTime: time },
  ]);
});

test("a worker's own puts, deletes and multipart uploads are told, each once", async () => {
  expect(await writes("put")).toEqual({ size: 5 });
  expect(await writes("stream")).toEqual({ size: 180_000 });
  await writes("multipart");
  await writes("delete");
  expect(told().map(({ action, object }) => [action, object])).toEqual([
    ["PutObject", { key: "in/put.md", size: 5, eTag: "5d41402abc4b2a76b9719d911017c592" }],
    ["PutObject", { key: "in/stream.md", size: 180_000, eTag: expect.stringMatching(/^[0-9a-f]{32}$/) }],
    [
      "CompleteMultipartUpload",
      { key: "in/large.md", size: 5 * 1024 * 1024 + 1, eTag: expect.stringMatching(/^[0-9a-f]{32}-2$/) },
    ],
    ["DeleteObject", { key: "in/put.md" }],
    ["DeleteObject", { key: "in/stream.md" }],
  ]);
});

test("a put whose condition does not hold, and one that R2 refuses, are not told", async () => {
  await writes("put");
  embedded.world.queues.purge(queue);
  expect(await writes("never")).toEqual({ size: null });
  expect((await api("PUT", `/r2/buckets/files/objects/in/${"k".repeat(1025)}.md`, "x")).status).toBe(400);
  expect(told()).toEqual([]);
});

test("a copy says what it is a copy of", async () => {
  const bucket = embedded.world.state.byName(account, "r2_bucket", "files")?.id ?? "";
  await embedded.world.stores.r2.put(bucket, "in/ä copy.md", Buffer.from("hello"), {
    httpMetadata: {},
    customMetadata: {},
    copySource: { bucket: "files", object: "in/ü.md" },
  });
  expect(told()).toMatchObject([
    {
      action: "CopyObject",
      object: { key: "in/ä copy.md" },
      copySource: { bucket: "files", object: "in/ü.md" },
    },
  ]);
});

test("what was told is there after a restart, and what a rule that is gone waited for is not told", async () => {
  await writes("put");
  await embedded.close();
  await start();
  expect(told()).toMatchObject([{ action: "PutObject", object: { key: "in/put.md" } }]);
  await api("DELETE", `/event_notifications/r2/files/configuration/queues/${queue}`);
  await api("PUT", "/r2/buckets/files/objects/in/late.md", "x");
  expect(told()).toHaveLength(1);
});
