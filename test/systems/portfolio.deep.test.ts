import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
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

test("staging does not come up before the bucket is there, which prod owns", async () => {
  const { code, out } = await project.pulumi(["up", "--yes", "--skip-preview", "--stack", "staging"]);
  expect(code).not.toBe(0);
  expect(out).toContain("bring prod up first: just pulumi-up prod");
});

test("prod comes up and says that it makes the database that it was to take over", async () => {
  const line =
    "account " +
    account() +
    " has no database e8ae40da-e089-47f8-8845-7586f7a555ec, which stage prod adopts; a new, empty one is made";
  const preview = await project.pulumi(["preview", "--stack", "prod"]);
  expect(preview.out).toContain(line);
  expect(await up("prod")).toContain(line);
});

test("staging takes over the database that is there, and its rows get what the migrations fill in", async () => {
  const past = ["portfolio/portfolio-sql", "--through", "0001_initial_schema.sql", "--reason", "by hand"];
  const { code, out } = await project.just(["db", "baseline", "staging", ...past]);
  expect(code, out).toBe(0);
  expect(await up("staging")).not.toContain("a new, empty one is made");
  const rows = await project.api("staging", "POST", `/d1/database/${adopted}/query`, {
    sql: "SELECT r2_key, company, tokens FROM documents JOIN chunks ON chunks.document_id = documents.id",
  });
  expect(rows).toMatchObject([{ results: [{ r2_key: "test-ann/old.md", company: "acme", tokens: 3 }] }]);
});

const wrangler = () => wranglerProject(project.embedded, account());

interface Answer {
  readonly answer: string;
  readonly passages: readonly { readonly key: string; readonly text: string }[];
}
const asked = async (stage: "staging" | "prod", question: string): Promise<Answer> => {
  const host = `portfolio-service${stage === "prod" ? "" : "-staging"}.prod.localhost`;
  const { status, text } = await project.visit(host, "/ask", { question });
  expect(status, text).toBe(200);
  return JSON.parse(text);
};
/** Queues deliver when they do. */
async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
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

test("a second up of either changes nothing", async () => {
  await unchanged("prod");
  await unchanged("staging");
});
