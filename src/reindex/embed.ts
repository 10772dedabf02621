import { z } from "zod";
import type { Connection } from "../cloudflare/connection.ts";
import { callApi, read, remedy } from "../cloudflare/http.ts";
import { UserError } from "../diagnostic/user-error.ts";

/** Workers AI embeds so many texts in one request. */
export const textsAtOnce = 100;

const answer = z.object({ data: z.array(z.array(z.number())) });

/** The vectors of texts, in their order. Asked again while Workers AI says to wait; throws UserError where it refuses, or answers something else. */
export async function embedded(
  { connection, accountId }: { readonly connection: Connection; readonly accountId: string },
  model: string,
  texts: readonly string[],
): Promise<readonly (readonly number[])[]> {
  const path = `/accounts/${accountId}/ai/run/${model}`;
  const outcome = await read(() => callApi(connection, "POST", path, { text: texts }), 8);
  if (outcome.kind !== "done")
    throw new UserError({
      what: "Workers AI made no vectors; what was made until here stays, and is gone on with",
      where: `POST ${path}, ${texts.length} texts`,
      got: outcome.message,
      expected: "a vector for each text",
      fix: remedy(outcome, "Workers AI Read"),
    });
  const parsed = answer.safeParse(outcome.value);
  if (parsed.success && parsed.data.data.length === texts.length) return parsed.data.data;
  throw new UserError({
    what: "The recipe's model does not embed texts",
    where: `POST ${path}`,
    got: parsed.success
      ? `${parsed.data.data.length} vectors of ${texts.length} texts`
      : JSON.stringify(outcome.value).slice(0, 200),
    expected: "data: a vector for each text",
    fix: "name a model of Cloudflare's task Text Embeddings in the recipe",
  });
}
