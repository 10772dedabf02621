import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "./clone.ts";
import { succeeding } from "./ran.ts";

/** Each test goes on from where the one before it left the dev stack. */
let project: Clone;
beforeAll(async () => {
  project = await clone();
});
afterAll(() => project.remove());

async function deployed(stage: string): Promise<void> {
  const { code, out } = await project.deploy(stage);
  expect(code, out).toBe(0);
}

const shape = z.object({
  urls: z.record(z.string(), z.string()),
  versions: z.record(z.string(), z.string()),
  stores: z.record(z.string(), z.object({ kind: z.string(), name: z.string(), id: z.string() })),
  databases: z.record(
    z.string(),
    z.object({
      applied: z.number(),
      lastMigration: z.string(),
      schema: z.string(),
      bookmarkBefore: z.string(),
    }),
  ),
});
const outputs = async (stage: string) =>
  shape.parse(JSON.parse(await succeeding(project.just(["outputs", stage, "--json"]))));

const nothing = (stage: string): string =>
  `Nothing of ${stage} is up, so it puts nothing out. just pulumi-up ${stage} brings it up.\n`;

test("a stage that was never brought up says so, with the command that does; so does one that was only made", async () => {
  expect(await succeeding(project.just(["outputs", "staging"]))).toBe(nothing("staging"));
  await succeeding(project.just(["pulumi-stack-init", "staging"]));
  expect(await succeeding(project.just(["outputs", "staging"]))).toBe(nothing("staging"));
});

test("a stage that is up puts out what the API knows it by, in a table that fits 80 columns", async () => {
  await succeeding(project.just(["deploy-dev", "--yes"]));
  const { urls, versions, stores, databases } = await outputs("dev");
  expect(Object.keys(urls)).toEqual(["dome/dome-api"]);
  const known = z
    .array(z.object({ uuid: z.string(), name: z.string() }))
    .parse(await project.api("dev", "GET", "/d1/database"));
  const silo = known.find(({ name }) => name === "silo-dev");
  expect(stores["dome/silo"]).toEqual({ kind: "d1", name: "silo-dev", id: silo?.uuid });
  expect(stores["dome/dome-raw"]).toEqual({ kind: "r2", name: "dome-raw-dev", id: "dome-raw-dev" });
  expect(await project.api("dev", "GET", `/queues/${stores["dome/new-content-ai"]?.id}`)).toMatchObject({
    queue_name: "new-content-ai-dev",
  });
  expect(await project.api("dev", "GET", "/workers/scripts/silo-dev/deployments")).toMatchObject({
    deployments: [{ versions: [{ version_id: versions["dome/silo"], percentage: 100 }] }],
  });
  expect(databases["dome/silo"]).toMatchObject({ applied: 1, lastMigration: "0001_create_notes.sql" });

  const status = JSON.parse(await succeeding(project.just(["status", "dev", "--json"])));
  expect(status.notable).toEqual([]);
  expect(status.workers).toContainEqual(
    expect.objectContaining({
      name: "dome/silo",
      serves: [{ version: versions["dome/silo"], percent: 100 }],
      facts: { requests: 0, errors: 0, p95Ms: null },
    }),
  );
  expect(status.stores).toContainEqual({
    name: "dome/silo",
    kind: "d1",
    facts: expect.objectContaining({ count: 0, migration: "0001_create_notes.sql", applied: 1 }),
  });
  // Whatever the account refuses to tell would stand there.
  for (const { name, unknown } of [...status.workers, ...status.stores])
    expect(unknown, name).toBeUndefined();

  expect(status.systems).toEqual([
    expect.objectContaining({ system: "dome", digest: expect.stringMatching(/^sha256:/) }),
  ]);

  const table = await succeeding(project.just(["outputs"]));
  const lines = table.split("\n");
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  const copied = [
    urls["dome/dome-api"],
    versions["dome/silo"],
    silo?.uuid,
    databases["dome/silo"]?.bookmarkBefore,
    status.systems[0].digest.replace("sha256:", ""),
    status.systems[0].since,
    status.systems[0].by,
  ];
  for (const value of copied)
    expect(
      lines.some((line) => line.endsWith(` ${value}`)),
      value,
    ).toBe(true);
});

test("an up that changes nothing, and a refresh, put the same out again", async () => {
  const before = await outputs("dev");
  await succeeding(project.just(["deploy-dev", "--skip-preview", "--expect-no-changes", "--yes"]));
  expect(await outputs("dev")).toEqual(before);
  await project.pulumi(["refresh", "--yes", "--skip-preview", "--stack", "dev"]);
  expect(await outputs("dev")).toEqual(before);
});

test("a plan that is applied as it was shown may hold a migration: its bookmark is one to go back to", async () => {
  await deployed("prod");
  const before = await outputs("prod");
  project.write("migrations/dome/silo/0002_add_tags.sql", "ALTER TABLE notes ADD COLUMN tags TEXT;\n");
  await succeeding(project.just(["db", "lint"]));
  await deployed("prod");
  expect(existsSync(join(project.folder, "stage.plan"))).toBe(true);
  const after = await outputs("prod");
  expect(after.databases["dome/silo"]).toMatchObject({ applied: 2, lastMigration: "0002_add_tags.sql" });
  expect(after.databases["dome/silo"]?.schema).not.toBe(before.databases["dome/silo"]?.schema);
  expect(after.databases["dome/dome-meta"]).toEqual(before.databases["dome/dome-meta"]);
  const { id } = after.stores["dome/silo"] ?? {};
  await project.api(
    "prod",
    "POST",
    `/d1/database/${id}/time_travel/restore?bookmark=${after.databases["dome/silo"]?.bookmarkBefore}`,
  );
  const columns = await project.api("prod", "POST", `/d1/database/${id}/query`, {
    sql: "SELECT name FROM pragma_table_info('notes') WHERE name = 'tags'",
  });
  expect(columns).toMatchObject([{ results: [] }]);
});

test("a stage that was taken down puts nothing out any more", async () => {
  await succeeding(project.just(["destroy-dev", "--empty-buckets", "--yes"]));
  expect(await succeeding(project.just(["outputs", "dev"]))).toBe(nothing("dev"));
});
