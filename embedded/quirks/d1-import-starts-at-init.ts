import type { Quirk } from "./quirk.ts";

export const d1ImportStartsAtInit: Quirk = {
  name: "d1-import-starts-at-init",
  what: "When a file with the same MD5 was uploaded before, `init` of /import executes it at once and answers without an upload_url: a client that repeats `init` after a lost answer executes its file twice.",
  source: "https://github.com/cloudflare/workers-sdk/blob/main/packages/wrangler/src/d1/execute.ts",
  date: "2026-08-22",
  probe:
    'Import a file with `INSERT INTO t VALUES (1);` into a scratch database, then POST /import {"action":"init","etag":"<the same MD5>"} again: is there an upload_url in the answer, and how many rows has t?',
};
