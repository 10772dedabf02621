import { bodyOf, Refused, textIn } from "../../../answers.ts";
import { type TacoFunction, userIn } from "../../../function.ts";
import { softDelete } from "../../../users.ts";

export const onRequestGet: TacoFunction = ({ data }) => Response.json(userIn(data));

export const onRequestPatch: TacoFunction = async ({ request, env, data }) => {
  const timezone = textIn(await bodyOf(request), "timezone");
  if (!isTimezone(timezone)) throw new Refused(400, `${timezone} is no time zone, such as Europe/Berlin`);
  await env.AUTH_DB.prepare("UPDATE users SET timezone = ? WHERE id = ?")
    .bind(timezone, userIn(data).id)
    .run();
  return Response.json({ ...userIn(data), timezone });
};

export const onRequestDelete: TacoFunction = async ({ env, data }) => {
  await softDelete(env.AUTH_DB, userIn(data).id);
  return new Response(null, { status: 204 });
};

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
