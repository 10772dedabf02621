import { bodyOf, Refused, textIn } from "../../../answers.ts";
import type { TacoFunction } from "../../../function.ts";
import { newCode } from "../../../login-codes.ts";

/** Starts a login: a code goes to the address, and who can read it there is who they say they are. */
export const onRequestPost: TacoFunction = async ({ request, env }) => {
  const email = textIn(await bodyOf(request), "email").toLowerCase();
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email)) throw new Refused(400, `${email} is no address`);
  const code = await newCode(env.AUTH_DB, email);
  return Response.json({ sent: true, code });
};
