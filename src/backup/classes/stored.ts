import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { resultOf } from "../../cloudflare/api.ts";
import { namespaceOf } from "../../cloudflare/contents/counting.ts";
import { type Exchanged, exchange } from "../../cloudflare/exchange.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import type { Account } from "../account.ts";

/** Where the objects of a class are. */
export interface ObjectClass {
  /** `shop/rooms.Room` */
  readonly key: string;
  /** The worker that has the class, as Cloudflare knows it. */
  readonly script: string;
  readonly className: string;
  readonly methods: { readonly export: string; readonly import: string };
}

/** The id of its namespace; undefined where the class was not deployed yet. */
export const namespaceIdOf = (
  { connection, accountId }: Account,
  { script, className }: Pick<ObjectClass, "script" | "className">,
): Promise<string | undefined> =>
  namespaceOf({
    api: connection,
    account: `/accounts/${accountId}`,
    holder: { kind: "class", script, className },
  });

const page = z.object({
  result: z.array(z.object({ id: z.string(), hasStoredData: z.boolean().optional() })),
  result_info: z.object({ cursor: z.string().nullish() }).nullish(),
});
const attempts = 5;

/** Ids of the objects of a namespace that have stored something, as the API lists them. */
export async function* storedIn(account: Account, namespaceId: string): AsyncGenerator<string> {
  for (let cursor = ""; ; ) {
    const query = new URLSearchParams({ limit: "1000", ...(cursor !== "" && { cursor }) });
    const path = `/accounts/${account.accountId}/workers/durable_objects/namespaces/${encodeURIComponent(namespaceId)}/objects?${query}`;
    const { result, result_info: info } = page.parse(JSON.parse(await asked(account, path)));
    for (const { id, hasStoredData } of result) if (hasStoredData !== false) yield id;
    cursor = info?.cursor ?? "";
    if (cursor === "") return;
  }
}

/** A page of a list with its cursor, which the envelope has beside the result. */
async function asked({ connection }: Account, path: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const sent: Exchanged = await exchange(`${connection.baseUrl}${path}`, {
      headers: { authorization: `Bearer ${connection.token}` },
      timeoutMs: 40_000,
    });
    if (sent.kind === "answer" && sent.status < 500 && sent.status !== 429) {
      resultOf(`GET ${path}`, sent);
      return sent.text;
    }
    if (attempt >= attempts)
      throw new UserError({
        what: "The objects of a Durable Object class cannot be listed",
        where: `GET ${path}`,
        got: sent.kind === "answer" ? `HTTP ${sent.status}` : sent.message,
        expected: "their ids",
        fix: "run it again; the API token needs Workers Metadata Read-Only",
      });
    await sleep(200 * 2 ** attempt);
  }
}
