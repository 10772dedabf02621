import { bodyOf, nowSeconds, Refused, textIn } from "../../../answers.ts";
import { type TacoFunction, userIn } from "../../../function.ts";

interface Row {
  readonly theme: string;
  readonly notifications_enabled: number;
}

/** Without a row the defaults of the table hold. */
export const onRequestGet: TacoFunction = async ({ env, data }) => {
  const row = await env.AUTH_DB.prepare(
    "SELECT theme, notifications_enabled FROM user_preferences WHERE user_id = ?",
  )
    .bind(userIn(data).id)
    .first<Row>();
  return Response.json({
    theme: row?.theme ?? "daylight",
    notificationsEnabled: row === null || row.notifications_enabled === 1,
  });
};

export const onRequestPut: TacoFunction = async ({ request, env, data }) => {
  const body = await bodyOf(request);
  const theme = textIn(body, "theme", 40);
  const { notificationsEnabled } = body;
  if (typeof notificationsEnabled !== "boolean")
    throw new Refused(400, "notificationsEnabled has to be true or false");
  const now = nowSeconds();
  const userId = userIn(data).id;
  // One row a user: its id is the user's, so that two requests at once cannot make two.
  await env.AUTH_DB.prepare(
    `INSERT INTO user_preferences (id, user_id, theme, notifications_enabled, created_at, updated_at) VALUES (?1, ?1, ?2, ?3, ?4, ?4)
     ON CONFLICT (id) DO UPDATE SET theme = excluded.theme, notifications_enabled = excluded.notifications_enabled,
       updated_at = excluded.updated_at`,
  )
    .bind(userId, theme, notificationsEnabled ? 1 : 0, now)
    .run();
  return Response.json({ theme, notificationsEnabled });
};
