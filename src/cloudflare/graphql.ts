import { z } from "zod";
import { parsedJson } from "../files/json.ts";
import { ApiError } from "./api.ts";
import type { Connection } from "./connection.ts";
import { parseEnvelope } from "./envelope.ts";
import { send } from "./http.ts";

const shape = z.object({
  data: z.object({ viewer: z.object({ accounts: z.array(z.unknown()) }) }).nullish(),
  errors: z.array(z.unknown()).nullish(),
});

/**
 * What Cloudflare's GraphQL analytics say of one account; undefined where they have nothing of it.
 * @param fields of `viewer.accounts`, such as `workersInvocationsAdaptive(limit: 1, filter: $filter) { sum { requests } }`
 * @param filter of those fields, as `$filter`, whose type is `<dataset>Filter_InputObject`
 * Throws {@link ApiError} where the query is refused, with Cloudflare's words.
 */
export async function accountAnalytics(
  connection: Connection,
  accountId: string,
  { fields, dataset, filter }: { readonly fields: string; readonly dataset: string; readonly filter: object },
): Promise<unknown> {
  const query = `query ($account: string!, $filter: Account${dataset}Filter_InputObject!) { viewer { accounts(filter: { accountTag: $account }) { ${fields} } } }`;
  const sent = await send(connection, "POST", "/graphql", {
    query,
    variables: { account: accountId, filter },
  });
  const asked = "POST /graphql";
  if (sent.kind !== "answer") throw new ApiError(asked, 0, [], sent.message);
  const answer = shape.safeParse(parsedJson(sent.text));
  if (sent.status >= 300 || !answer.success || (answer.data.errors ?? []).length > 0)
    throw new ApiError(asked, sent.status, parseEnvelope(sent.text)?.errors ?? [], sent.text);
  return answer.data.data?.viewer.accounts[0];
}
