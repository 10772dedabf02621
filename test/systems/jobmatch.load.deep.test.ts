import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { packageRoot } from "../../toolchain/package-root.ts";
import { type Clone, clone } from "../clone.ts";
import { type Visitor, visitor } from "./visitor.ts";

/** The release that most often goes wrong elsewhere: code that reads a column, and the migration that adds it. */
const users = "workers/jobmatch/api/users.ts";
const migration = "migrations/jobmatch/db/0002_add_email_verified.sql";
const chain = "migrations/jobmatch/db/chain.txt";

let project: Clone;
beforeAll(async () => {
  project = await clone({ systems: ["jobmatch"], prepare: takeColumnOut });
});
afterAll(() => project.remove());

/** The project as it was before the column: neither the file nor a word of it in the code. */
function takeColumnOut(folder: string): void {
  rmSync(join(folder, migration));
  const edit = (path: string, change: (text: string) => string): void => {
    const changed = change(readFileSync(join(folder, path), "utf8"));
    expect(changed).not.toContain("email_verified");
    writeFileSync(join(folder, path), changed);
  };
  edit(chain, (text) => text.replace(/^0002_.*\n/m, ""));
  edit(users, (text) =>
    text
      .replace(/^ *readonly email_verified: number;\n/m, "")
      .replace(", email_verified", "")
      .replace(/^ *if \(emailVerified\) await verified\(.*\n/gm, "")
      .replace(/^\/\*\* Only of the address[\s\S]*?^\}\n/m, "")
      .replace(/^ *emailVerified: user\.email_verified === 1,\n/m, ""),
  );
}

const putBack = (path: string): void => project.write(path, readFileSync(join(packageRoot, path), "utf8"));
const up = () => project.pulumi(["up", "--yes", "--skip-preview", "--stack", "dev"]);
const someone = (): Visitor => visitor(`http://jobmatch-dev.dev.localhost:${project.embedded.frontPort}`);

async function query(sql: string): Promise<unknown> {
  const [database] = z
    .array(z.object({ uuid: z.string() }))
    .parse(await project.api("dev", "GET", "/d1/database?name=jobmatch-ai-dev"));
  return project.api("dev", "POST", `/d1/database/${database?.uuid}/query`, { sql });
}

/** What a client saw of one kind of request. */
interface Seen {
  readonly requests: number;
  /** Answers that were not what was asked for. */
  readonly errors: readonly string[];
  /** Which code answered, in order, without repetition. */
  readonly answeredBy: readonly string[];
}

/** Asks without a pause until `stop`, and then `more` times. */
function hammer(ask: () => Promise<string>): { readonly stop: (more: number) => Promise<Seen> } {
  let left = Number.POSITIVE_INFINITY;
  const run = async (): Promise<Seen> => {
    let requests = 0;
    const errors: string[] = [];
    const answeredBy: string[] = [];
    for (; left > 0; left--) {
      requests++;
      try {
        const by = await ask();
        if (answeredBy.at(-1) !== by) answeredBy.push(by);
      } catch (error) {
        errors.push(String(error));
      }
    }
    return { requests, errors, answeredBy };
  };
  const running = run();
  return {
    stop: (more) => {
      left = more;
      return running;
    },
  };
}

/** Which code gave this answer; throws for one that no code should give. */
function codeOf(answer: { readonly status: number; readonly text: string }): string {
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.text.includes('"emailVerified"') ? "with the column" : "without";
}

test("a column and the code that reads it go out in one up, and no request fails before, during or after", async () => {
  const first = await up();
  expect(first.code, first.out).toBe(0);
  // So would the new code have been answered.
  await expect(query("SELECT email_verified FROM users")).rejects.toThrow("no such column");

  const ada = someone();
  expect((await ada.ask("/auth/email", { json: { email: "ada@example.com" } })).status).toBe(204);
  const reading = () => hammer(async () => codeOf(await ada.ask("/api/me")));
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const writing = hammer(async () => {
    // Writes a row of the table that gets the column, and reads it back.
    const put = await ada.ask("/api/me/avatar", { method: "PUT", body: { type: "image/png", content: png } });
    if (put.status !== 204) throw new Error(`${put.status} ${put.text}`);
    return codeOf(await ada.ask("/api/me"));
  });
  const clients = [reading(), reading(), writing];

  for (const path of [users, migration, chain]) putBack(path);
  const release = await up();
  const seen = await Promise.all(clients.map(({ stop }) => stop(40)));

  expect(release.code, release.out).toBe(0);
  expect(release.out).toContain("0002_add_email_verified.sql");
  for (const { requests, errors, answeredBy } of seen) {
    expect(errors).toEqual([]);
    expect(answeredBy).toEqual(["without", "with the column"]);
    expect(requests).toBeGreaterThan(40);
  }
  expect(await query("SELECT count(*) AS n FROM users WHERE email_verified = 0")).toMatchObject([
    { results: [{ n: 1 }] },
  ]);
});
