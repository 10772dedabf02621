import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, version } from "../../../embedded/contract/testing/call.ts";
import { logInternalErrors } from "../../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../../embedded/start.ts";
import project from "../../../project.ts";
import { d1, system, worker } from "../../declare/index.ts";
import { refusePastContract } from "./rollback-guard.ts";

const database = d1("notes");
const api = worker("api", { main: "api.ts", compatibilityDate: "2026-07-01", env: { DB: database } });
const shop = system("shop", [database, api]);
const [stage] = project.stages.filter(({ name }) => name === "dev");

let embedded: Embedded;
let account = "";
let databaseId = "";
/** Two versions, the older one first, and when they were made. */
let versions: readonly { readonly id: string; readonly atMs: number }[] = [];

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  account = `/accounts/${embedded.accounts[0]?.id}`;
  const made = await post("/d1/database", { name: "notes-dev" });
  databaseId = String(made["uuid"]);
  await sql("CREATE TABLE _mig_log (name TEXT, phase TEXT, attempt TEXT, applied_at TEXT)");
  await post("/workers/workers", { name: "api-dev" });
  const code = "export default { fetch: () => new Response() };";
  for (const text of ["1", "2"]) {
    const { id, created_on } = await post("/workers/workers/api-dev/versions", version(`${code} // ${text}`));
    versions = [...versions, { id: String(id), atMs: Date.parse(String(created_on)) }];
  }
});
afterAll(() => embedded.close());

async function post(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const answer = await call(embedded, "POST", `${account}${path}`, body);
  if (!answer.success) throw new Error(answer.text);
  return answer.result;
}

async function sql(text: string): Promise<void> {
  const answer = await call(embedded, "POST", `${account}/d1/database/${databaseId}/query`, { sql: text });
  if (!answer.success) throw new Error(answer.text);
}

/** The log of migrations: name, phase, attempt, and when it ran. */
async function logged(...rows: readonly (readonly [string, string, string, number])[]): Promise<void> {
  await sql("DELETE FROM _mig_log");
  for (const [name, phase, attempt, atMs] of rows)
    await sql(
      `INSERT INTO _mig_log VALUES ('${name}', '${phase}', '${attempt}', '${new Date(atMs).toISOString()}')`,
    );
}

async function asked(versionId: string, opened?: string): Promise<unknown> {
  if (stage === undefined) throw new Error("there is no stage dev");
  const contracts =
    opened === undefined
      ? {}
      : {
          "shop/notes": {
            through: "0009_gone.sql",
            openedAt: "2026-01-01T00:00:00.000Z",
            versions: { "api-dev": opened },
          },
        };
  return refusePastContract(
    { baseUrl: embedded.api, token: embedded.token },
    api,
    { stage, accountId: embedded.accounts[0]?.id ?? "", system: shop, contracts },
    versionId,
  );
}

const hourMs = 3_600_000;
const at = (which: 0 | 1) => versions[which] ?? { id: "", atMs: 0 };

describe("a rollout's stable version", () => {
  test("may be as old as it likes where no contract ran", async () => {
    await logged(
      ["0007_more.sql", "expand", "a", at(1).atMs + hourMs],
      ["0008_taken.sql", "contract", "adopted", at(1).atMs + hourMs],
      ["0009_taken.sql", "contract", "baseline", at(1).atMs + hourMs],
    );
    expect(await asked(at(0).id)).toBeUndefined();
  });

  test("is refused when it is older than the last contract that ran, in whatever order the files are named", async () => {
    await logged(
      ["0007_late.sql", "contract", "a", at(1).atMs + hourMs],
      ["0009_early.sql", "contract", "b", at(0).atMs - hourMs],
    );
    await expect(asked(at(1).id)).rejects.toMatchObject({
      diagnostic: {
        where: "lockstep:rollout of shop/api",
        got: expect.stringMatching(new RegExp(`${at(1).id}.*0007_late\\.sql, notes: 0009_early\\.sql`)),
      },
    });
  });

  test("may be one that was made after every contract", async () => {
    await logged(["0007_early.sql", "contract", "a", at(0).atMs - hourMs]);
    expect(await asked(at(0).id)).toBeUndefined();
  });

  test("may be the version that the contract was opened for, or a newer one, and none before it", async () => {
    await logged(["0009_gone.sql", "contract", "a", at(1).atMs + hourMs]);
    expect(await asked(at(0).id, at(0).id)).toBeUndefined();
    expect(await asked(at(1).id, at(0).id)).toBeUndefined();
    await expect(asked(at(0).id, at(1).id)).rejects.toThrow(/rollback past a contract migration/);
  });
});
