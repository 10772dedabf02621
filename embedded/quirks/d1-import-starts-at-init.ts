import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { done, type ProbedAccount, withDatabase } from "./probing.ts";
import type { Quirk } from "./quirk.ts";

export const d1ImportStartsAtInit: Quirk = {
  name: "d1-import-starts-at-init",
  what: "When a file with the same MD5 was uploaded before, `init` of /import executes it at once and answers without an upload_url: a client that repeats `init` after a lost answer executes its file twice.",
  source: "https://github.com/cloudflare/workers-sdk/blob/main/packages/wrangler/src/d1/execute.ts",
  date: "2026-08-22",
  probe:
    'Import a file with `INSERT INTO t VALUES (1);` into a scratch database, then POST /import {"action":"init","etag":"<the same MD5>"} again: is there an upload_url in the answer, and how many rows has t?',
  isSeen: (account) =>
    withDatabase(account, async (id) => {
      const path = `/d1/database/${id}`;
      await done(z.unknown(), account, "POST", `${path}/query`, { sql: "CREATE TABLE t (a)" });
      const file = `INSERT INTO t VALUES (1); -- ${id}\n`;
      const init = { action: "init", etag: createHash("md5").update(file).digest("hex") };
      const first = await done(importAnswer, account, "POST", `${path}/import`, init);
      const uploaded = await fetch(first.upload_url ?? "", { method: "PUT", body: file });
      if (!uploaded.ok) throw new Error(`the upload was answered with HTTP ${uploaded.status}`);
      const ingest = { action: "ingest", etag: init.etag, filename: first.filename };
      await ended(account, path, await done(importAnswer, account, "POST", `${path}/import`, ingest));
      const again = await done(importAnswer, account, "POST", `${path}/import`, init);
      if (again.upload_url !== undefined) return false;
      await ended(account, path, again);
      const [count] = await done(counted, account, "POST", `${path}/query`, {
        sql: "SELECT count(*) AS n FROM t",
      });
      return count?.results[0]?.n === 2;
    }),
};

const importAnswer = z.looseObject({
  upload_url: z.string().optional(),
  filename: z.string().optional(),
  at_bookmark: z.string().optional(),
  status: z.string().optional(),
});
const counted = z.array(z.looseObject({ results: z.array(z.object({ n: z.number() })) }));

/** Asks until an import is no longer under way. */
async function ended(
  account: ProbedAccount,
  database: string,
  answer: z.infer<typeof importAnswer>,
): Promise<void> {
  let state = answer;
  while (state.status === "active") {
    await sleep(200);
    const poll = { action: "poll", current_bookmark: state.at_bookmark };
    state = { ...state, ...(await done(importAnswer, account, "POST", `${database}/import`, poll)) };
  }
}
