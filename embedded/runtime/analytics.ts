import type { IncomingMessage, ServerResponse } from "node:http";

/** A statement that is outside of what is understood here; the text says which part. */
export class SqlRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SqlRefused";
  }
}

export interface SqlAnswer {
  readonly contentType: string;
  readonly body: string;
}

/** Data points of Analytics Engine, as Workers write and SQL reads them. */
export interface Analytics {
  /** Takes one data point; `id` is `<account>/<dataset>`. */
  readonly handle: (id: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Answers a statement about the account's datasets. Throws {@link SqlRefused} for one that is not understood. */
  readonly query: (account: string, sql: string) => SqlAnswer;
}
