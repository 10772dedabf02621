import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "../clone.ts";

/** What the tests of the program's lifecycle do not ask of dome: its dead letters, its raw copies, staging, and what is left when it goes. */
let project: Clone;
beforeAll(async () => {
  project = await clone();
  // Deployed, a message is tried for a minute before it is given up.
  project.edit("src/systems/dome.ts", (text) =>
    text
      .replaceAll("maxRetries: 5", "maxRetries: 0")
      .replaceAll("retryDelaySeconds: 10", "retryDelaySeconds: 0"),
  );
});
afterAll(() => project.remove());

async function stack(stage: string, ...args: readonly string[]): Promise<string> {
  const { code, out } = await project.pulumi([...args, "--yes", "--skip-preview", "--stack", stage]);
  expect(code, out).toBe(0);
  return out;
}

const api = "dome-api-dev.dev.localhost";
const stored = z.object({ id: z.string() });
const json = async (path: string, body?: unknown): Promise<unknown> =>
  JSON.parse((await project.visit(api, path, body)).text);
const objects = z.array(z.object({ key: z.string() }));
const keysOf = async (bucket: string): Promise<readonly string[]> =>
  objects.parse(await project.api("dev", "GET", `/r2/buckets/${bucket}/objects`)).map(({ key }) => key);

test("a note is kept as it was received and as it is read, and is found by its meaning and summed up", async () => {
  await stack("dev", "up");
  const note = stored.parse(await json("/notes", { title: "Tides", text: "The moon pulls the sea." }));
  expect(await keysOf("silo-content-dev")).toEqual([`notes/${note.id}.txt`]);
  expect(await keysOf("dome-raw-dev")).toEqual([expect.stringMatching(/^received\/.*\.json$/)]);
  await expect.poll(() => json("/search?q=moon")).toMatchObject({ evidence: [{ noteId: note.id }] });
  await expect.poll(() => json("/summaries")).toMatchObject([{ note_id: note.id }]);
  expect(await json("/dead-letters")).toEqual([]);
});

test("an index that lost its vectors is filled again from the database by its recipe", async () => {
  const found = () => json("/search?q=moon");
  const info = z.object({ vectorCount: z.number() });
  const index = "/vectorize/v2/indexes/dome-notes-dev";
  const count = async () => info.parse(await project.api("dev", "GET", `${index}/info`)).vectorCount;
  const before = await count();
  const all = z.object({ evidence: z.array(z.object({ noteId: z.string() })) }).parse(await found());
  const ids = [...new Set(all.evidence.map(({ noteId }) => `${noteId}#0`))];
  await project.api("dev", "POST", `${index}/delete_by_ids`, { ids });
  expect(await count()).toBe(before - ids.length);
  expect(await found()).toMatchObject({ evidence: [] });
  // Its vectors are a worker's: no other index is filled beside.
  const beside = await project.just(["reindex", "dev", "dome-notes", "--yes"]);
  expect(beside.out).toMatch(/queue new-content-constellation[\s\S]*just db reindex dev dome\/dome-notes/);
  const asked = await project.just(["db", "reindex", "dome-notes"]);
  expect(asked.out).toMatch(
    /Send the rows of dome\/silo \(1\) to queue new-content-constellation in dev was not/,
  );
  const filled = await project.just(["db", "reindex", "dev", "dome/dome-notes", "--yes"]);
  expect(filled.code, filled.out).toBe(0);
  expect(filled.out).toContain("dome/dome-notes: 1 sent, 0 wait still");
  await expect.poll(count).toBe(before);
  expect(await found()).toMatchObject(all);
});

test("a message that fails on both queues is kept, and is worked on once it is sent again", async () => {
  const text = "Salt is what the rain took from the land.";
  const id = "lost";
  const databases = z
    .array(z.object({ uuid: z.string(), name: z.string() }))
    .parse(await project.api("dev", "GET", "/d1/database"));
  const silo = databases.find(({ name }) => name === "silo-dev")?.uuid ?? "";
  // A note whose text is not there: whoever reads it fails, as for any other reason.
  await project.api("dev", "POST", `/d1/database/${silo}/query`, {
    sql: "INSERT INTO notes (id, title, excerpt, r2_key, content_hash, created_at) VALUES (?1, 'Salt', '', 'notes/lost.txt', ?1, '2026-01-01')",
    params: [id],
  });
  for (const queue of ["new-content-ai", "new-content-constellation"])
    await send(`${queue}-dev`, { noteId: id });
  const sorted = async (): Promise<unknown> =>
    z
      .array(z.object({ queue: z.string(), noteId: z.string() }))
      .parse(await json("/dead-letters"))
      .toSorted((a, b) => (a.queue < b.queue ? -1 : 1));
  // Each is tried again five times, ten seconds apart.
  await expect.poll(sorted, { timeout: 300_000 }).toEqual([
    { queue: "new-content-ai", noteId: id },
    { queue: "new-content-constellation", noteId: id },
  ]);

  await putObject("silo-content-dev", "notes/lost.txt", text);
  expect(await json("/dead-letters", {})).toEqual({ sentAgain: 2 });
  await expect
    .poll(() => json("/search?q=salt%20rain%20land"))
    .toMatchObject({ evidence: expect.arrayContaining([expect.objectContaining({ noteId: id })]) });
  await expect
    .poll(() => json("/summaries"))
    .toEqual(expect.arrayContaining([expect.objectContaining({ note_id: id })]));
  expect(await json("/dead-letters")).toEqual([]);
});

test("every worker is observed in full, and writes what its stage wants", async () => {
  for (const worker of ["silo", "constellation", "dome-api"])
    expect(await project.api("dev", "GET", `/workers/workers/${worker}-dev`)).toMatchObject({
      observability: { enabled: true, head_sampling_rate: 1, logs: { enabled: true, head_sampling_rate: 1 } },
    });
  await stack("staging", "up");
  for (const [stage, level] of [
    ["dev", "debug"],
    ["staging", "info"],
  ] as const) {
    const settings = await project.api(stage, "GET", `/workers/scripts/silo-${stage}/settings`);
    expect(settings).toMatchObject({
      bindings: expect.arrayContaining([{ type: "plain_text", name: "LOG_LEVEL", text: level }]),
    });
  }
});

test("an up after a refresh changes nothing, in either stage", async () => {
  for (const stage of ["dev", "staging"]) {
    await stack(stage, "up", "--expect-no-changes");
    await stack(stage, "refresh", "--expect-no-changes");
    await stack(stage, "up", "--expect-no-changes");
  }
});

test("destroy leaves nothing of an account behind", async () => {
  for (const stage of ["dev", "staging"]) {
    const { code, out } = await project.just(["pulumi-destroy", stage, "--yes", "--empty-buckets"]);
    expect(code, out).toBe(0);
    const left = await Promise.all(
      ["/d1/database", "/queues", "/workers/workers", "/vectorize/v2/indexes"].map((path) =>
        project.api(stage, "GET", path),
      ),
    );
    expect(left).toEqual([[], [], [], []]);
    expect(await project.api(stage, "GET", "/r2/buckets")).toEqual({ buckets: [] });
  }
});

const send = async (queueName: string, body: unknown): Promise<unknown> => {
  const queues = z
    .array(z.object({ queue_id: z.string(), queue_name: z.string() }))
    .parse(await project.api("dev", "GET", "/queues"));
  const id = queues.find(({ queue_name }) => queue_name === queueName)?.queue_id;
  return project.api("dev", "POST", `/queues/${id}/messages`, { body, content_type: "json" });
};

async function putObject(bucket: string, key: string, text: string): Promise<void> {
  const account = project.embedded.accounts.find(({ name }) => name === "dev")?.id;
  const response = await fetch(
    `${project.embedded.api}/accounts/${account}/r2/buckets/${bucket}/objects/${encodeURIComponent(key)}`,
    { method: "PUT", headers: { authorization: `Bearer ${project.embedded.token}` }, body: text },
  );
  expect(response.status).toBe(200);
}
