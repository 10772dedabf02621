import { bodyOf, Refused, textIn } from "../../../answers.ts";
import type { TacoFunction } from "../../../function.ts";
import { newCode } from "../../../login-codes.ts";

/** Starts a login: a code goes to the address, and who can read it there is who they say they are. */
export const onRequestPost: TacoFunction = async ({ request, env }) => {
  const email = textIn(await bodyOf(request), "email").toLowerCase();
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email)) throw new Refused(400, `${email} is no address`);
  const code = await newCode(env.AUTH_DB, email);
  // Only where nothing is at stake: whoever gets the code is signed in.
  if (env.LOGIN_CODES === "in the answer") return Response.json({ sent: false, code });
  if (env.MAIL === undefined) throw new Refused(503, "this Cloudflare sends no mail, so nobody can sign in");
  await env.MAIL.send({
    from: env.MAIL_FROM,
    to: email,
    subject: "Your code",
    text: `Your code is ${code}.`,
  });
  return Response.json({ sent: true });
};
