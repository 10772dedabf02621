import { z } from "zod";

/** A comment or an issue, as far as it is looked at. */
export const written = z.looseObject({
  /** Of an issue this is its number for GitHub's machines; people and addresses know `number`. */
  id: z.number(),
  number: z.number().optional(),
  body: z.string().nullish(),
  user: z.looseObject({ login: z.string(), type: z.string() }).nullish(),
});
type Written = z.infer<typeof written>;

/** Whether a bot wrote it with this first line: a person who copies the line has not written the comment that is edited. */
export const isOwn = ({ body, user }: Written, marker: string): boolean =>
  user?.type === "Bot" && body?.startsWith(`${marker}\n`) === true;
