import { DurableObject } from "cloudflare:workers";

/** A row of one of the tables: what JSON can say. A column with blobs or with integers beyond 2^53 has to be put into a text first. */
interface Line {
  readonly table: (typeof tables)[number];
  readonly row: Readonly<Record<string, string | number | null>>;
}

/** Parents before children. */
const tables = ["members", "messages"] as const;

/** A room of a chat. What it has is in its own SQLite database. */
export class Room extends DurableObject {
  readonly #sql = this.ctx.storage.sql;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#sql.exec("CREATE TABLE IF NOT EXISTS members(name TEXT PRIMARY KEY, since INTEGER)");
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS messages(id INTEGER PRIMARY KEY, author TEXT REFERENCES members(name), body TEXT)",
    );
  }

  say(author: string, body: string): void {
    this.#sql.exec("INSERT OR IGNORE INTO members VALUES (?, unixepoch())", author);
    this.#sql.exec("INSERT INTO messages(author, body) VALUES (?, ?)", author, body);
  }

  /** Every row of every table, a line each. The same rows give the same bytes: they are read in the order of their key. */
  exportStorage(): ReadableStream<Uint8Array> {
    let text = "";
    for (const table of tables)
      for (const row of this.#sql.exec(`SELECT * FROM ${table} ORDER BY 1`))
        text += `${JSON.stringify({ table, row })}\n`;
    return new Blob([text]).stream();
  }

  /** Takes the place of all that is here: first everything is read, then it is written in one transaction. Done twice it is as if it was done once. */
  async importStorage(exported: ReadableStream<Uint8Array>): Promise<void> {
    const text = await new Response(exported).text();
    this.ctx.storage.transactionSync(() => {
      for (const table of tables.toReversed()) this.#sql.exec(`DELETE FROM ${table}`);
      for (const line of text.split("\n").filter((each) => each !== "")) {
        const { table, row }: Line = JSON.parse(line);
        const names = Object.keys(row).join(", ");
        const marks = Object.keys(row).fill("?").join(", ");
        this.#sql.exec(`INSERT INTO ${table}(${names}) VALUES (${marks})`, ...Object.values(row));
      }
    });
  }
}
