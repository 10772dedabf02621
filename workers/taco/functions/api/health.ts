import type { TacoFunction } from "../../function.ts";

/** Both databases answer. */
export const onRequestGet: TacoFunction = async ({ env }) => {
  await Promise.all([env.AUTH_DB, env.BILLING_DB].map((db) => db.prepare("SELECT 1").run()));
  return Response.json({ ok: true, environment: env.ENVIRONMENT });
};
