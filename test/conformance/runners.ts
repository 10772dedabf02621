import { randomBytes } from "node:crypto";
import { z } from "zod";
import { logInternalErrors } from "../../embedded/internal-errors.ts";
import { startEmbedded } from "../../embedded/start.ts";
import { call } from "../../src/cloudflare/api.ts";
import type { Api } from "../../src/cloudflare/http.ts";
import { queryDatabase } from "../../src/migrations/database/transports.ts";
import { openShadow } from "../../src/migrations/shadow/shadow.ts";
import { workerdD1 } from "../../src/migrations/testing/workerd-d1.ts";

type Rows = readonly Readonly<Record<string, unknown>>[];

/** What became of one request, whose statements are one transaction. */
export type Attempt =
  | { readonly kind: "taken"; readonly last: Rows }
  | { readonly kind: "refused"; readonly message: string };

/** Something that behaves as a D1 database does, or ought to. */
export interface Runner {
  readonly attempt: (statements: readonly string[]) => Promise<Attempt>;
  /** From here on the database is an empty one. */
  readonly another: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What pending migrations are tried on before anything is asked. */
export async function shadowRunner(): Promise<Runner> {
  let shadow = openShadow();
  return {
    async attempt(statements) {
      shadow.trusted.exec("SAVEPOINT request");
      for (const sql of statements) {
        const { error } = shadow.run(sql);
        if (error === undefined) continue;
        shadow.trusted.exec("ROLLBACK TO request; RELEASE request");
        return { kind: "refused", message: error };
      }
      const last = statements.at(-1) ?? "";
      // `run` gives no rows; what is only read may be read twice.
      const read: Rows = /^select/i.test(last)
        ? shadow.trusted
            .prepare(last)
            .all()
            .map((row) => ({ ...row }))
        : [];
      shadow.trusted.exec("RELEASE request");
      shadow.endRequest();
      return { kind: "taken", last: read };
    },
    async another() {
      shadow.close();
      shadow = openShadow();
    },
    close: async () => shadow.close(),
  };
}

/** workerd's own engine, as a Worker's binding reaches it: the way of files with triggers. */
export async function bindingRunner(): Promise<Runner> {
  const d1 = await workerdD1();
  return {
    attempt: (statements) =>
      d1.batch(statements).then(
        (answers): Attempt => ({ kind: "taken", last: answers.at(-1) ?? [] }),
        (error: unknown): Attempt => ({
          kind: "refused",
          message: error instanceof Error ? error.message : String(error),
        }),
      ),
    another: d1.another,
    close: d1.close,
  };
}

/** The v4 API of the embedded Cloudflare, with real workerd behind it. */
export async function embeddedRunner(): Promise<Runner> {
  const embedded = await startEmbedded({ log: logInternalErrors });
  const api = { baseUrl: embedded.api, token: embedded.token };
  const runner = await apiRunner(api, embedded.accounts[0]?.id ?? "");
  return { ...runner, close: () => embedded.close() };
}

const created = z.looseObject({ uuid: z.string() });

/** `/query` of an account's v4 API. Each database is called `lockstep-probe-…` and removed when the next one is asked for. */
export async function apiRunner(api: Api, accountId: string): Promise<Runner> {
  const path = `/accounts/${accountId}/d1/database`;
  const make = async (): Promise<string> =>
    created.parse(await call(api, "POST", path, { name: `lockstep-probe-${randomBytes(4).toString("hex")}` }))
      .uuid;
  const remove = (id: string): Promise<unknown> => call(api, "DELETE", `${path}/${id}`);
  let databaseId = await make();
  return {
    async attempt(statements) {
      const outcome = await queryDatabase({ ...api, accountId, databaseId }, databaseId).run(statements);
      switch (outcome.kind) {
        case "done":
          return { kind: "taken", last: outcome.value.at(-1)?.results ?? [] };
        case "refused":
          return { kind: "refused", message: outcome.message };
        case "later":
        case "unknown":
          throw new Error(outcome.message);
        default:
          return outcome satisfies never;
      }
    },
    async another() {
      await remove(databaseId);
      databaseId = await make();
    },
    close: async () => void (await remove(databaseId)),
  };
}
