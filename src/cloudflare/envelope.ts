import { z } from "zod";

/** One error or message of an answer, with Cloudflare's number of it. */
const note = z.looseObject({ code: z.number().optional().catch(undefined), message: z.string().min(1) });
export type Note = z.infer<typeof note>;

/** Notes in another form than the API's are left out, so that the answer itself is shown. */
const notes = z
  .array(z.unknown())
  .catch([])
  .transform((all): readonly Note[] =>
    all.flatMap((each) => {
      const parsed = note.safeParse(each);
      return parsed.success ? [parsed.data] : [];
    }),
  );

const shape = z.object({
  success: z.boolean().optional().catch(undefined),
  result: z.unknown().optional(),
  errors: notes,
  messages: notes,
});

/** What every answer of Cloudflare's v4 API is wrapped in. */
export type Envelope = z.infer<typeof shape>;

/** Reads an answer's text; undefined where it is no object in JSON. `success` is undefined where the answer does not say. */
export function parseEnvelope(text: string): Envelope | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return shape.safeParse(value).data;
}
