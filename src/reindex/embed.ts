import { z } from "zod";
import type { Connection } from "../cloudflare/connection.ts";
import { callApi, type Outcome, read, remedy } from "../cloudflare/http.ts";
import type { Sentence } from "../diagnostic/sentence.ts";
import { UserError } from "../diagnostic/user-error.ts";
import type { Item } from "./item.ts";
import { refusedOne } from "./refused.ts";

/** Workers AI embeds so many texts in one request. */
export const textsAtOnce = 100;

/** A text and the row that it stands in. */
export type Text = Pick<Item, "id" | "text">;

/** What is asked of a model. */
export interface Embedding {
  readonly account: { readonly connection: Connection; readonly accountId: string };
  readonly model: string;
  /** Numbers in a vector that the index takes. */
  readonly dimensions: number;
  readonly texts: readonly Text[];
}

const answer = z.object({ data: z.array(z.array(z.unknown())) });

/** A text that no model refuses: where this one is refused, no row is to blame. */
export const probe: Text = { id: "a text to try the model with", text: "one text" };

/** So often a request is made while Workers AI says to wait, or says nothing. */
const attempts = 8;

/**
 * The vectors of texts, in their order. Asked again while Workers AI says to wait; throws UserError where it refuses, or answers anything but a vector of
 * finite numbers for each text.
 */
export async function embedded(wanted: Embedding): Promise<readonly (readonly number[])[]> {
  const { texts } = wanted;
  const { outcome, isBusy } = await asked(wanted);
  if (outcome.kind !== "done") throw await notMade(wanted, outcome, isBusy);
  const parsed = answer.safeParse(outcome.value);
  if (!parsed.success || parsed.data.data.length !== texts.length)
    throw new UserError({
      what: "The recipe's model does not embed texts",
      where: `model ${wanted.model}, ${texts.length} texts`,
      got: parsed.success
        ? `${parsed.data.data.length} vectors of ${texts.length} texts`
        : (JSON.stringify(outcome.value) ?? "nothing").slice(0, 200),
      expected: "data: a vector for each text",
      fix: "name a model of Cloudflare's task Text Embeddings in the recipe",
    });
  return vectorsIn(parsed.data.data, wanted);
}

async function asked({ account: { connection, accountId }, model, texts }: Embedding) {
  const path = `/accounts/${accountId}/ai/run/${model}`;
  let last: Outcome<unknown>["kind"] | undefined;
  const outcome = await read(async () => {
    const each = await callApi(connection, "POST", path, { text: texts.map(({ text }) => text) });
    last = each.kind;
    return each;
  }, attempts);
  return { outcome, isBusy: last === "later" };
}

/** Names the row that is to blame, where one is. */
async function notMade(
  wanted: Embedding,
  outcome: Exclude<Outcome<unknown>, { kind: "done" | "later" }>,
  isBusy: boolean,
): Promise<UserError> {
  const { model, texts } = wanted;
  if (texts[0] === probe)
    return new UserError({
      what: "The recipe's model makes no vector of a text, so nothing was made",
      where: `model ${model}, asked with one text to try it`,
      got: outcome.message,
      expected: "a vector",
      fix:
        outcome.kind === "refused" && ![401, 403].includes(outcome.status)
          ? "name a model of Cloudflare's task Text Embeddings in the recipe, the one that the workers ask"
          : fixOf(outcome, isBusy, false),
    });
  const isRefused = async (part: readonly Text[]): Promise<boolean> =>
    (await asked({ ...wanted, texts: part })).outcome.kind === "refused";
  const isOfText =
    outcome.kind === "refused" && ![401, 403, 404].includes(outcome.status) && !(await isRefused([probe]));
  const one = isOfText ? await refusedOne(texts, isRefused) : undefined;
  return new UserError({
    what: "Workers AI made no vectors; what was made until here stays, and is gone on with",
    where:
      one === undefined
        ? `model ${model}, rows ${shown(texts[0])} to ${shown(texts.at(-1))}`
        : `model ${model}, row ${shown(one)}, a text of ${one.text.length} characters`,
    got: outcome.message,
    expected: "a vector for each text",
    fix: fixOf(outcome, isBusy, one !== undefined && texts.length > 1),
  });
}

function fixOf(
  outcome: Exclude<Outcome<unknown>, { kind: "done" }>,
  isBusy: boolean,
  isOneRow: boolean,
): Sentence {
  if (isBusy)
    return "do this again later, with a lower --rate; where the day's allocation is used up, it begins anew at 00:00 UTC";
  if (isOneRow)
    return "mend that row's text, shorten it in the SELECT, such as substr(body, 1, 2000), or leave the row out; then do this again";
  return remedy(outcome, "Workers AI Read");
}

const shown = (text: Text | undefined): string => JSON.stringify(text?.id ?? "");

/** Throws where one of them is none that the index takes. */
function vectorsIn(
  found: readonly (readonly unknown[])[],
  { model, dimensions, texts }: Embedding,
): readonly (readonly number[])[] {
  const [first] = found;
  if (
    first !== undefined &&
    first.length !== dimensions &&
    found.every((each) => each.length === first.length)
  )
    throw new UserError({
      what: "The recipe's model does not fit the index that is declared",
      where: `model ${model}`,
      got: `vectors of ${first.length} numbers`,
      expected: `${dimensions}, as the index has dimensions`,
      fix: `declare dimensions: ${first.length}, or another model`,
    });
  return found.map((values, i) => {
    const vector = values.filter(isFinite32);
    if (vector.length === dimensions && values.length === dimensions) return vector;
    const bad = values.findIndex((value) => !isFinite32(value));
    throw new UserError({
      what: "The model made something of a row that is no vector; what was made until here stays, and is gone on with",
      where: `model ${model}, row ${shown(texts[i])}`,
      got:
        values.length === dimensions
          ? `${String(values[bad])} as its number ${bad + 1}`
          : `${values.length} numbers`,
      expected: `${dimensions} finite numbers, as the index has dimensions`,
      fix: "do this again; where it stays so, leave that row out of the recipe's SELECT, or name another model",
    });
  });
}

/** Vectorize keeps numbers of 32 bits. */
const isFinite32 = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(Math.fround(value));
