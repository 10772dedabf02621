import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Ran } from "../../toolchain/fixture/project.ts";
import { type Clone, clone } from "../clone.ts";

/**
 * What goes wrong for people, on the real engine: each mistake is made, its message read, its remedy carried out. The tests go on
 * from each other, as somebody would who brings a stack up for the first time.
 */
let project: Clone;
beforeAll(async () => {
  project = await clone();
});
afterAll(() => project.remove());

const up = ["up", "--yes", "--skip-preview", "--stack", "dev"];

function expectRefusal({ code, out }: Ran, ...parts: readonly (string | RegExp)[]): void {
  expect(code, out).not.toBe(0);
  for (const part of parts)
    expect(out).toMatch(
      typeof part === "string" ? new RegExp(part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")) : part,
    );
  expect(out).not.toMatch(/^\s+at .*\(file:/m);
}

describe("before anything is changed", () => {
  test("a missing account is named, with the three ways to name one", async () => {
    mkdirSync(join(project.folder, "elsewhere"));
    const env = {
      PULUMI_BACKEND_URL: pathToFileURL(join(project.folder, "elsewhere")).href,
      PULUMI_DEBUG_PROVIDERS: "",
      PULUMI_OPTION_POLICY_PACK: "",
      CLOUDFLARE_ACCOUNT_ID: "",
    };
    await project.pulumi(["stack", "init", "dev"], env);
    expectRefusal(
      await project.pulumi(["preview", "--stack", "dev"], env),
      "Missing required configuration variable 'cloudflare:accountId'",
      "export CLOUDFLARE_ACCOUNT_ID=<id>, or put it into .env.dev, or: pulumi config set cloudflare:accountId <id> --stack dev",
    );
    project.edit("Pulumi.dev.yaml", (text) => text.replace(/^encryptionsalt:.*\n/m, ""));
  });

  test("a module that is not found is named with its file and line", async () => {
    const path = "workers/dome/dome-api/index.ts";
    project.edit(path, (text) => text.replace("./answer.ts", "./answers.ts"));
    expectRefusal(
      await project.pulumi(up),
      "Module not found: ./answers.ts",
      `where:    ${path}:`,
      "correct the path",
    );
    project.edit(path, (text) => text.replace("./answers.ts", "./answer.ts"));
  });

  test("a worker without its entry file is named", async () => {
    project.edit("src/systems/dome.ts", (text) =>
      text.replace("workers/dome/silo/index.ts", "services/silo/src/index.ts"),
    );
    expectRefusal(
      await project.pulumi(up),
      "Module not found: services/silo/src/index.ts",
      "create services/silo/src/index.ts, or correct main",
    );
    project.edit("src/systems/dome.ts", (text) =>
      text.replace("services/silo/src/index.ts", "workers/dome/silo/index.ts"),
    );
  });

  test("a cycle that cannot be deployed is told as its path", async () => {
    const before = readFileSync(join(project.folder, "src/systems/dome.ts"), "utf8");
    const classes = (worker: string, owner: string) => (text: string) =>
      text
        .replace(
          new RegExp(`(worker\\("${worker}", \\{[\\s\\S]*?env: \\{)`),
          `$1 ROOM: durableObject("Room", (): Worker => ${owner}),`,
        )
        .replace(`worker("${worker}", {`, `worker("${worker}", { durableObjects: { Room: {} },`);
    project.edit("src/systems/dome.ts", (text) =>
      classes(
        "dome-api",
        "constellation",
      )(classes("constellation", "silo")(classes("silo", "domeApi")(text))).replace(
        "  ai,",
        "  ai, durableObject, type Worker,",
      ),
    );
    expectRefusal(
      await project.pulumi(up),
      /Circular dependency detected: (silo → dome-api → constellation → silo|dome-api → constellation → silo → dome-api|constellation → silo → dome-api → constellation)/,
    );
    project.write("src/systems/dome.ts", before);
  });

  test("nothing was made by all that", async () => {
    expect(await project.api("dev", "GET", "/d1/database")).toEqual([]);
    expect(await project.api("dev", "GET", "/queues")).toEqual([]);
  });
});

describe("while a stack comes up", () => {
  test("a token without a permission stops it, naming the permission, and nothing else is lost", async () => {
    const path = join(project.folder, ".lockstep/embedded/connection.json");
    const connection = readFileSync(path, "utf8");
    const weak = await weakToken();
    writeFileSync(path, connection.replace(project.embedded.token, weak));
    const refused = await project.pulumi(up);
    writeFileSync(path, connection);
    expectRefusal(
      refused,
      "The API token does not have the required permissions",
      'a token with "D1 Write" on the account',
    );
  });

  let taken = "";
  test("a name that is taken is told, with the command that takes it over", async () => {
    // With a row in it: an empty one would be taken for what an earlier run made without having heard of it.
    const { uuid } = z
      .object({ uuid: z.string() })
      .parse(await project.api("dev", "POST", "/d1/database", { name: "dome-meta-dev" }));
    taken = `/d1/database/${uuid}/query`;
    await project.api("dev", "POST", taken, {
      sql: "CREATE TABLE guests (name TEXT); INSERT INTO guests VALUES ('Anna')",
    });
    expectRefusal(
      await project.pulumi(up),
      "Something at Cloudflare already has the name of dome/dome-meta",
      "take it over: just import dev dome/dome-meta",
    );
  });

  test("that command works, and the next up finishes the rest", async () => {
    const imported = await project.just(["import", "dev", "dome/dome-meta", "--yes"]);
    expect(imported.out).toContain("1 imported");
    expect(imported.code).toBe(0);
    await project.api("dev", "POST", taken, { sql: "DROP TABLE guests" });
    expectRefusal(
      await project.just(["import", "dev", "dome/dome-meta", "--yes"]),
      "dome/dome-meta is one of the stack's resources already",
    );
    const done = await project.pulumi(up);
    expect(done.code, done.out).toBe(0);
    const databases = z
      .array(z.object({ name: z.string() }))
      .parse(await project.api("dev", "GET", "/d1/database"));
    expect(databases.map(({ name }) => name).sort()).toEqual(["dome-meta-dev", "silo-dev"]);
    expect((await project.visit("dome-api-dev.dev.localhost", "/health")).status).toBe(200);
  });
});

describe("while a stack lives", () => {
  test("a bound service that was deleted by hand is told when code is deployed, and comes back by refresh and up", async () => {
    await project.api("dev", "DELETE", "/workers/scripts/silo-dev?force=true");
    project.edit("workers/dome/dome-api/index.ts", (text) =>
      text.replace("title must be a text", "the title must be a text"),
    );
    expectRefusal(
      await project.pulumi(up),
      "dome/dome-api binds a worker that is not there",
      "pulumi refresh --stack dev, then up",
    );
    await project.pulumi(["refresh", "--yes", "--skip-preview", "--stack", "dev"]);
    const repaired = await project.pulumi(up);
    expect(repaired.code, repaired.out).toBe(0);
    expect((await project.visit("dome-api-dev.dev.localhost", "/notes")).text).toBe("[]");
  });

  test("drift is shown by its property, fails the check, and is put back", async () => {
    const queues = z
      .array(z.object({ queue_id: z.string(), queue_name: z.string() }))
      .parse(await project.api("dev", "GET", "/queues"));
    const queue = queues.find(({ queue_name }) => queue_name === "new-content-ai-dev");
    await project.api("dev", "PUT", `/queues/${queue?.queue_id}`, {
      queue_name: "new-content-ai-dev",
      settings: { delivery_delay: 60 },
    });
    const drift = await project.just(["drift", "dev"]);
    expect(drift.code).toBe(2);
    expect(drift.out).toContain("differs:  settings.deliveryDelay: 0 → 60");
    await project.pulumi(["refresh", "--yes", "--skip-preview", "--stack", "dev"]);
    expect((await project.pulumi(up)).code).toBe(0);
    expect(await project.api("dev", "GET", `/queues/${queue?.queue_id}`)).toMatchObject({
      settings: { delivery_delay: 0 },
    });
  });
});

/** A token that may do everything but write databases. */
async function weakToken(): Promise<string> {
  const permission_groups = [
    "Account Analytics:Read",
    "D1:Read",
    "Queues:Edit",
    "Vectorize:Edit",
    "Workers R2 Storage:Edit",
    "Workers Scripts:Edit",
  ].map((name) => ({ name }));
  const response = await fetch(`${project.embedded.api}/user/tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${project.embedded.token}`, "content-type": "application/json" },
    body: JSON.stringify({
      name: "no databases",
      policies: [{ effect: "allow", resources: { "com.cloudflare.api.account.*": "*" }, permission_groups }],
    }),
  });
  return z.object({ result: z.object({ value: z.string() }) }).parse(await response.json()).result.value;
}
