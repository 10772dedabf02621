import { z } from "zod";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/stages/index.ts";
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

/** What the API refused, in its own words. */
export class Refused extends Error {
  readonly status: number;
  readonly code: number | undefined;
  constructor(status: number, code: number | undefined, message: string) {
    super(message);
    this.name = "Refused";
    this.status = status;
    this.code = code;
  }
}

const envelope = z.object({
  success: z.boolean(),
  errors: z.array(z.looseObject({ code: z.number(), message: z.string() })),
  result: z.unknown(),
});

/** One call below `/accounts/<account>`; gives its result. Throws {@link Refused}, and UserError when nobody answers. */
export async function call(
  account: Account,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(`${account.api}/accounts/${account.id}${path}`, {
    method,
    headers: { authorization: `Bearer ${account.token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw unreachable(account, error);
  });
  const { success, errors, result } = envelope.parse(await response.json());
  if (success) return result;
  const texts = errors.map(({ message }) => message).join("\n");
  throw new Refused(response.status, errors[0]?.code, texts === "" ? `HTTP ${response.status}` : texts);
}

function unreachable({ api }: Account, error: unknown): UserError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new UserError(
    {
      what: "The embedded Cloudflare does not answer",
      where: api,
      got: cause instanceof Error ? cause.message : String(cause),
      expected: "the process that this project runs",
      fix: 'start it: eval "$(npm run -s env)", then save again',
    },
    { cause: error },
  );
}
