import type { Sentence } from "../diagnostic/sentence.ts";
import type { Diagnostic } from "../diagnostic/user-error.ts";
import { widerToken } from "../diagnostic/wider-token.ts";

/**
 * What a person needs where Cloudflare said no and nobody knows more of it.
 * @param asked `GET /accounts/…`
 * @param status 0: there was no answer
 */
export const refusedRequest = (asked: string, status: number, answer: string): Diagnostic => ({
  what:
    status === 0
      ? "Cloudflare gave no answer; what was done before it stays"
      : "Cloudflare refused a request; what was done before it stays",
  where: asked,
  got: status === 0 ? answer : `HTTP ${status}: ${answer}`,
  expected: "an answer that it was done",
  fix: fixFor(status),
});

function fixFor(status: number): Sentence {
  if (status === 401 || status === 403) return widerToken("for this request");
  if (status === 429) return "too much was asked in a short time: wait five minutes, then run again";
  if (status === 0 || status >= 500)
    return "that is not of this project: run again; where it stays so, see https://www.cloudflarestatus.com";
  return "mend what the answer names, then run again";
}
