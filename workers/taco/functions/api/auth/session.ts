import { bodyOf, textIn } from "../../../answers.ts";
import type { TacoFunction } from "../../../function.ts";
import { useCode } from "../../../login-codes.ts";
import { endSession, newSession } from "../../../sessions.ts";
import { signedUp } from "../../../users.ts";

/** A code for a session. The first login makes the user. */
export const onRequestPost: TacoFunction = async ({ request, env }) => {
  const body = await bodyOf(request);
  const email = textIn(body, "email").toLowerCase();
  await useCode(env.AUTH_DB, email, textIn(body, "code", 6));
  const userId = await signedUp(env.AUTH_DB, email);
  return Response.json({ token: await newSession(env.AUTH_DB, userId), userId }, { status: 201 });
};

export const onRequestDelete: TacoFunction = async ({ request, env }) => {
  await endSession(env.AUTH_DB, request);
  return new Response(null, { status: 204 });
};
