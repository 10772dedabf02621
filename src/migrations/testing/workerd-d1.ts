import { createServer } from "node:http";
import { Miniflare } from "miniflare";
import { split } from "../sql/split.ts";

/** A real D1 database (workerd's own engine), for tests. */
export interface WorkerdD1 {
  /** All statements as one transaction; rejects with D1's message. */
  readonly batch: (statements: readonly string[]) => Promise<readonly Readonly<Record<string, unknown>>[][]>;
  /** What D1 would bill one statement for; parameters in their order. */
  readonly rowsRead: (sql: string, ...parameters: readonly unknown[]) => Promise<number>;
  /** Ends everything that was in the database, for the next test. */
  readonly another: () => Promise<void>;
  /** Serves it as `/query` of the v4 API; the address ends before `/accounts`. */
  readonly listen: () => Promise<string>;
  readonly close: () => Promise<void>;
}

const databases = 64;

/** Starts one workerd with databases enough for a test file. */
export async function workerdD1(): Promise<WorkerdD1> {
  const names = Array.from({ length: databases }, (_, i) => `DB${i}`);
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port: 0,
    cf: false,
    modules: true,
    compatibilityDate: "2026-07-01",
    script: "export default { fetch: () => new Response() }",
    d1Databases: Object.fromEntries(names.map((name) => [name, name.toLowerCase()])),
  });
  let current = 0;
  let database = await miniflare.getD1Database("DB0");
  const batch: WorkerdD1["batch"] = async (statements) => {
    if (statements.length === 0) return [];
    const answers = await database.batch<Record<string, unknown>>(
      statements.map((sql) => database.prepare(sql)),
    );
    return answers.map((answer) => answer.results);
  };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const reply = (status: number, value: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    if (!request.url?.endsWith("/query"))
      return reply(404, { success: false, errors: [{ code: 7003, message: "No route" }], result: null });
    const { sql }: { sql: string } = JSON.parse(body);
    try {
      const answers = await batch(split(sql).pieces.map((piece) => piece.sql));
      reply(200, {
        success: true,
        errors: [],
        result: answers.map((results) => ({ results, success: true, meta: {} })),
      });
    } catch (error) {
      const message = error instanceof Error ? error.message.replace(/^D1_ERROR: /, "") : String(error);
      reply(400, { success: false, errors: [{ code: 7500, message }], result: [] });
    }
  });
  return {
    batch,
    rowsRead: async (sql, ...parameters) =>
      (
        await database
          .prepare(sql)
          .bind(...parameters)
          .all()
      ).meta.rows_read,
    another: async () => {
      current++;
      if (current >= databases) throw new Error(`more than ${databases} databases in one test file`);
      database = await miniflare.getD1Database(`DB${current}`);
    },
    listen: () =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => {
          const address = server.address();
          if (address === null || typeof address === "string") reject(new Error("no port"));
          else resolve(`http://127.0.0.1:${address.port}`);
        });
      }),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await miniflare.dispose();
    },
  };
}
