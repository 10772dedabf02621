import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { wranglerProject } from "../../embedded/contract/testing/wrangler.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { packageRoot } from "../../toolchain/package-root.ts";
import { type Clone, clone } from "../clone.ts";

/** Both stages of portfolio in one account of the embedded Cloudflare, as on a real one. Each test after the one before. */
let project: Clone;
const log: string[] = [];
beforeAll(async () => {
  project = await clone({ systems: ["portfolio"], log: (line) => log.push(line) });
  await existingDatabase();
});
afterAll(() => project.remove());

const adopted = "b287f8a6-1760-4092-8f2f-3f3f453cfe4f";
/** The database that staging is to take over, as somebody made it by hand from the first file, with rows; the one of prod is not there. */
async function existingDatabase(): Promise<void> {
  const { state, stores } = project.embedded.world;
  const body = { createdAt: new Date(0).toISOString(), region: "WEUR" };
  state.insert(account(), "d1", adopted, "portfolio-sql-staging", body);
  const [initial] = readFolder(join(packageRoot, "migrations/portfolio/sql"));
  const rows = [
    "INSERT INTO companies VALUES ('c1', 'acme')",
    "INSERT INTO documents VALUES ('d1', 'c1', 'Old plan', 'test-ann/old.md', 'h', 'ready', NULL, '2025-01-01', '2025-01-01')",
    "INSERT INTO chunks VALUES ('d1#0', 'd1', 0, 'twelve chars', '2025-01-01')",
  ];
  const statements = [...(initial?.statements ?? []).map(({ sql }) => sql), ...rows];
  await stores.d1.batch(
    adopted,
    statements.map((sql) => ({ sql, params: [] })),
  );
}
const account = (): string => project.embedded.accounts.find(({ name }) => name === "prod")?.id ?? "";

const up = async (stage: string): Promise<string> => {
  const { code, out } = await project.pulumi(["up", "--yes", "--skip-preview", "--stack", stage]);
  expect(code, out).toBe(0);
  return out;
};
const unchanged = async (stage: string): Promise<void> => {
  const { code, out } = await project.pulumi([
    "up",
    "--yes",
    "--skip-preview",
    "--expect-no-changes",
    "--stack",
    stage,
  ]);
  expect(code, out).toBe(0);
};

test("staging takes over the database that is there, and its rows get what the migrations fill in", async () => {
  const past = [
    "portfolio/portfolio-sql",
    "--through",
    "0001_initial_schema.sql",
    "--reason",
    "by hand",
    "--yes",
  ];
  const baseline = await project.just(["db", "baseline", "staging", ...past]);
  expect(baseline.code, baseline.out).toBe(0);
  const made = "has no portfolio-documents yet; it is made now, stays when stage staging is destroyed";
  const preview = await project.pulumi(["preview", "--stack", "staging"]);
  expect(preview.out).toContain(made);
  const out = await up("staging");
  expect(out).toContain(made);
  expect(out).not.toContain("a new, empty one is made");
  const rows = await project.api("staging", "POST", `/d1/database/${adopted}/query`, {
    sql: "SELECT r2_key, company, tokens FROM documents JOIN chunks ON chunks.document_id = documents.id",
  });
  expect(rows).toMatchObject([{ results: [{ r2_key: "test-ann/old.md", company: "acme", tokens: 3 }] }]);
  await unchanged("staging");
});

test("prod takes over the bucket that staging made, and says that it makes the database that it was to take over", async () => {
  const line =
    "account " +
    account() +
    " has no database e8ae40da-e089-47f8-8845-7586f7a555ec, which stage prod adopts; a new, empty one is made";
  const preview = await project.pulumi(["preview", "--stack", "prod"]);
  expect(preview.out).toContain(line);
  await project.api("prod", "PUT", "/r2/buckets/portfolio-documents/objects/test-ann/kept.md");
  expect(await up("prod")).toContain(line);
  // The bucket that staging made is prod's now, as it is.
  const outputs = await project.pulumi(["stack", "output", "--json", "--stack", "prod"]);
  expect(outputs.out).toContain('"name": "portfolio-documents"');
  const kept = await project.api("prod", "GET", "/r2/buckets/portfolio-documents/objects");
  expect(kept).toMatchObject([{ key: "test-ann/kept.md" }]);
  await unchanged("prod");
  await unchanged("staging");
});

const wrangler = () => wranglerProject(project.embedded, account());

interface Answer {
  readonly answer: string;
  readonly passages: readonly { readonly key: string; readonly text: string }[];
}
const hostOf = (stage: "staging" | "prod"): string =>
  `portfolio-service${stage === "prod" ? "" : "-staging"}.prod.localhost`;
const asked = async (stage: "staging" | "prod", question: string): Promise<Answer> => {
  const { status, text } = await project.visit(hostOf(stage), "/ask", { question });
  expect(status, text).toBe(200);
  return JSON.parse(text);
};
/** Queues deliver when they do. */
async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const until = performance.now() + 120_000; performance.now() < until; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${what} did not happen\n${log.slice(-40).join("\n")}`);
}

test("a document that is put into the bucket is answered from, by its stage alone, and after its deletion no longer", async () => {
  const files = wrangler();
  files.write("plan.md", "# Plan\n\nThe lighthouse at Northern Point is painted every seventh spring.\n");
  const question = "When is the lighthouse painted?";
  const object = "portfolio-documents/test-ann/acme/plan.md";
  await files.succeeds("r2", "object", "put", object, "--file=plan.md", "--remote");
  await until(async () => (await asked("staging", question)).passages.length > 0, "an answer");
  expect(await asked("staging", question)).toMatchObject({
    answer: expect.stringContaining("every seventh spring"),
    passages: [{ key: "test-ann/acme/plan.md", title: "plan", company: "acme" }],
  });
  expect((await asked("prod", question)).passages).toEqual([]);
  await files.succeeds("r2", "object", "delete", object, "--remote");
  await until(async () => (await asked("staging", question)).passages.length === 0, "forgetting");
  files.remove();
});

/** A list of the service's, whole. */
const listed = async (
  stage: "staging" | "prod",
  list: string,
): Promise<readonly Record<string, unknown>[]> => {
  const { status, text } = await project.visit(hostOf(stage), `/${list}`);
  expect(status, text).toBe(200);
  return JSON.parse(text).rows;
};

test("a message that no object is behind is tried four times, and lies among the dead letters then", async () => {
  const queues = await project.api("staging", "GET", "/queues?name=portfolio-doc-processing-staging");
  const [queue] = z.array(z.object({ queue_id: z.string() })).parse(queues);
  await project.api("staging", "POST", `/queues/${queue?.queue_id}/messages`, {
    body: { nonsense: true },
    content_type: "json",
  });
  await until(async () => (await listed("staging", "dead-letters")).length > 0, "a dead letter");
  expect(await listed("staging", "dead-letters")).toMatchObject([
    { r2_key: null, body: JSON.stringify({ nonsense: true }) },
  ]);
  await expect
    .poll(() => log.filter((line) => line.includes("a message that names no object")))
    .toHaveLength(4);
  expect(await listed("prod", "dead-letters")).toEqual([]);
});

test("its cron queues what no event told of, and reports what lost its object", async () => {
  const { state, stores, compute } = project.embedded.world;
  const bucket = state.byName(account(), "r2_bucket", "portfolio-documents")?.id ?? "";
  const notifications = `/event_notifications/r2/portfolio-documents/configuration/queues`;
  const queues = await project.api("prod", "GET", "/queues?name=portfolio-doc-processing-prod");
  const [queue] = z.array(z.object({ queue_id: z.string() })).parse(queues);
  const configured = z
    .object({ rules: z.array(z.record(z.string(), z.unknown())) })
    .parse(await project.api("prod", "GET", `${notifications}/${queue?.queue_id}`));
  await project.api("prod", "DELETE", `${notifications}/${queue?.queue_id}`);
  const words = Buffer.from("The ferry to the island leaves at nine.");
  const metadata = { httpMetadata: {}, customMetadata: {} };
  await stores.r2.put(bucket, "documents/ferry.md", words, metadata);
  await project.api("prod", "PUT", `${notifications}/${queue?.queue_id}`, configured);
  for (const stage of ["", "-staging"]) {
    const script = { account: account(), accountName: "prod", script: `portfolio-r2-reconciliation${stage}` };
    expect(await compute.scheduled(script, "17 * * * *", Date.now())).toEqual({ outcome: "ok" });
  }
  const question = "When does the ferry leave?";
  await until(async () => (await asked("prod", question)).passages.length > 0, "an answer");
  expect(await listed("prod", "missing-objects")).toEqual([]);
  expect(await listed("staging", "missing-objects")).toMatchObject([{ r2_key: "test-ann/old.md" }]);
});

test("a second up of either changes nothing, also after a refresh", async () => {
  for (const stage of ["prod", "staging"]) {
    await unchanged(stage);
    const refreshed = await project.pulumi(["refresh", "--yes", "--skip-preview", "--stack", stage]);
    expect(refreshed.code, refreshed.out).toBe(0);
    await unchanged(stage);
  }
});

test("a changed declaration changes what it says and nothing else", async () => {
  project.edit("src/systems/portfolio.ts", (text) =>
    text.replace('crons: ["17 * * * *"]', 'crons: ["17 * * * *", "47 * * * *"]'),
  );
  const out = await up("staging");
  // The trigger, and the record of what the stack has.
  expect(out).toMatch(/WorkersCronTrigger portfolio\/r2-reconciliation updated/);
  expect(out).toMatch(/~ 2 updated/);
  expect(out).not.toMatch(/\d+ (created|deleted|replaced)/);
  await unchanged("staging");
  await up("prod");
});

test("the destruction of staging leaves the bucket, its objects, the database that it had taken over and all of prod", async () => {
  const { code, out } = await project.pulumi(["destroy", "--yes", "--skip-preview", "--stack", "staging"]);
  expect(code, out).toBe(0);
  const names = async (path: string, name: string) =>
    z
      .array(z.record(z.string(), z.unknown()))
      .parse(await project.api("prod", "GET", path))
      .map((each) => each[name]);
  expect((await names("/d1/database", "name")).toSorted()).toEqual([
    "portfolio-sql-prod",
    "portfolio-sql-staging",
  ]);
  expect((await names("/queues", "queue_name")).toSorted()).toEqual([
    "portfolio-doc-processing-prod",
    "portfolio-doc-processing-prod-dlq",
  ]);
  expect(await names("/vectorize/v2/indexes", "name")).toEqual(["portfolio-embeddings-prod"]);
  expect((await asked("prod", "When does the ferry leave?")).passages).toMatchObject([
    { key: "documents/ferry.md" },
  ]);
  await unchanged("prod");
});

test("prod is not destroyed, and nothing of it goes", async () => {
  const { code, out } = await project.pulumi(["destroy", "--yes", "--skip-preview", "--stack", "prod"]);
  expect(code, out).not.toBe(0);
  expect(out).toContain("protect");
  expect(await project.api("prod", "GET", "/r2/buckets/portfolio-documents")).toMatchObject({
    name: "portfolio-documents",
  });
  await unchanged("prod");
});
