import { z } from "zod";
import { resultOf } from "../../src/cloudflare/api.ts";
import { type Method, send } from "../../src/cloudflare/http.ts";
import { embeddedShell, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import type { EmbeddedConnection } from "../../toolchain/embedded/embedded.ts";

/** Where the embedded Cloudflare answers for one account. */
export interface Account {
  /** `http://127.0.0.1:<port>/client/v4` */
  readonly api: string;
  readonly token: string;
  readonly id: string;
}

/** The account of a stage. */
export function accountOf({ api, token, accounts }: EmbeddedConnection, stage: Stage): Account {
  const found = accounts.find(({ name }) => name === stage.embeddedAccount);
  if (found === undefined) throw new Error(`the embedded Cloudflare has no account ${stage.embeddedAccount}`);
  return { api, token, id: found.id };
}

/** One call below `/accounts/<account>`; gives its result. Throws ApiError, and UserError when nobody answers. */
export async function call(account: Account, method: Method, path: string, body?: object): Promise<unknown> {
  const whole = `/accounts/${account.id}${path}`;
  const sent = await send({ baseUrl: account.api, token: account.token }, method, whole, body);
  if (sent.kind === "answer") return resultOf(`${method} ${whole}`, sent);
  throw new UserError({
    what: "The embedded Cloudflare does not answer",
    where: account.api,
    got: sent.message,
    expected: "the process that this project runs",
    fix: sentence`start it: ${embeddedShell}, then save again`,
  });
}

const tail = z.object({ url: z.string() });

/** A tail of a script's invocations. */
export const openTail = async (account: Account, script: string): Promise<{ readonly url: string }> =>
  tail.parse(await call(account, "POST", `/workers/scripts/${script}/tails`, { filters: [] }));
