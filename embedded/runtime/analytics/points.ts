import type { IncomingMessage, ServerResponse } from "node:http";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { readBody } from "../body.ts";

const pointSchema = z.object({ index: z.string(), blobs: z.array(z.string()), doubles: z.array(z.number()) });

/** Blobs and doubles of a point, twenty each: Cloudflare's own number. */
export const numbered = (prefix: string): readonly string[] =>
  Array.from({ length: 20 }, (_, i) => `${prefix}${i + 1}`);

/** The columns that SQL sees of a dataset, beside those that only tell points apart. */
export const columns: readonly string[] = [
  "timestamp",
  "_sample_interval",
  "index1",
  ...numbered("blob"),
  ...numbered("double"),
];

/** Data points of all datasets, in the state file. Nothing is sampled: each stands for itself. */
export interface Points {
  /** `id` is `<account>/<dataset>`. */
  readonly handle: (id: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly datasets: (account: string) => readonly string[];
}

export function openPoints(sqlite: DatabaseSync): Points {
  sqlite.exec(`CREATE TABLE IF NOT EXISTS analytics_points (
    account TEXT NOT NULL, dataset TEXT NOT NULL, timestamp INTEGER NOT NULL, _sample_interval INTEGER NOT NULL,
    index1 TEXT NOT NULL, ${numbered("blob").map((name) => `${name} TEXT NOT NULL`)}, ${numbered("double").map((name) => `${name} REAL NOT NULL`)}
  );
  CREATE INDEX IF NOT EXISTS analytics_points_of ON analytics_points (account, dataset, timestamp)`);
  const insert = sqlite.prepare(
    `INSERT INTO analytics_points VALUES (${Array(columns.length + 2).fill("?")})`,
  );
  const names = sqlite.prepare("SELECT DISTINCT dataset FROM analytics_points WHERE account = ? ORDER BY 1");
  return {
    handle: async (id, request, response) => {
      const { index, blobs, doubles } = pointSchema.parse(JSON.parse(String(await readBody(request))));
      const [account = "", dataset = ""] = id.split("/");
      insert.run(
        account,
        dataset,
        Math.floor(Date.now() / 1000),
        1,
        index,
        ...numbered("blob").map((_, i) => blobs[i] ?? ""),
        ...numbered("double").map((_, i) => doubles[i] ?? 0),
      );
      response.writeHead(204).end();
    },
    datasets: (account) => names.all(account).map(({ dataset }) => String(dataset)),
  };
}
