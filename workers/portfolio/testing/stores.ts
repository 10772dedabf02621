import { join } from "node:path";
import { Miniflare } from "miniflare";
import { readFolder } from "../../../src/migrations/files/reading.ts";

/** A real D1 database with portfolio's migrations and a real bucket; models and index are what a test can look into. */
export async function testStores() {
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port: 0,
    cf: false,
    modules: true,
    compatibilityDate: "2026-06-01",
    script: "export default { fetch: () => new Response() }",
    d1Databases: ["DB"],
    r2Buckets: ["DOCUMENTS_BUCKET"],
  });
  const DB = await miniflare.getD1Database("DB");
  const files = readFolder(join(import.meta.dirname, "../../../migrations/portfolio/sql"));
  for (const { statements } of files) await DB.batch(statements.map(({ sql }) => DB.prepare(sql)));
  /** Ids in the index. */
  const vectors = new Set<string>();
  /** Texts that were embedded, call by call. */
  const embedded: string[][] = [];
  let failures = 0;
  return {
    stores: {
      DB,
      DOCUMENTS_BUCKET: await miniflare.getR2Bucket("DOCUMENTS_BUCKET"),
      AI: {
        async run(_model: string, { text }: { readonly text: string[] }) {
          if (failures-- > 0) throw new Error("the model is away");
          embedded.push(text);
          return { data: text.map(() => new Array<number>(768).fill(0.5)) };
        },
      },
      VECTORIZE: {
        async upsert(some: readonly { readonly id: string; readonly values: readonly number[] }[]) {
          for (const { id, values } of some) {
            if (values.length !== 1536) throw new Error(`${values.length} dimensions`);
            vectors.add(id);
          }
        },
        async deleteByIds(ids: readonly string[]) {
          for (const id of ids) vectors.delete(id);
        },
      },
    },
    vectors,
    embedded,
    /** Lets the next calls of the model fail. */
    failNext: (calls: number) => {
      failures = calls;
    },
    rows: async (sql: string) => (await DB.prepare(sql).all()).results,
    empty: async () => {
      await DB.batch(
        ["chunks", "documents", "companies", "missing_objects", "dead_letters"].map((table) =>
          DB.prepare(`DELETE FROM ${table}`),
        ),
      );
      const bucket = await miniflare.getR2Bucket("DOCUMENTS_BUCKET");
      const { objects } = await bucket.list();
      await bucket.delete(objects.map(({ key }) => key));
      vectors.clear();
      embedded.length = 0;
      failures = 0;
    },
    close: () => miniflare.dispose(),
  };
}
