import type { Outcome } from "../../cloudflare/http.ts";
import type { D1Rows } from "../database/endpoint.ts";
import { failedAssertion } from "../sql/literals.ts";

/** What an answer means for a request that begins with a claim. */
export type Verdict =
  /** `left`: the rows of the request's last statement, the schema; undefined where the transport gives none. */
  | { readonly kind: "committed"; readonly left: D1Rows["results"] | undefined }
  /** UNIQUE on the ledger: this file was applied, by us earlier or by a rival. Nothing of this request happened. */
  | { readonly kind: "alreadyApplied" }
  /** NOT NULL on the log's fence: the lease was lost. Nothing happened. */
  | { readonly kind: "lostLease" }
  /** Rolled back, and would be again: never retried. `assertion` is the guard's text when one of ours failed. */
  | { readonly kind: "rolledBack"; readonly message: string; readonly assertion: string | undefined }
  /** Not executed, for now. */
  | { readonly kind: "later"; readonly retryAfterMs: number; readonly message: string }
  | { readonly kind: "unknown"; readonly message: string };

export function verdict(outcome: Outcome<readonly D1Rows[]>): Verdict {
  switch (outcome.kind) {
    case "done":
      return { kind: "committed", left: outcome.value.at(-1)?.results };
    case "later":
      return outcome;
    case "unknown":
      return outcome;
    case "refused":
      if (/UNIQUE constraint failed: d1_migrations\.name/.test(outcome.message))
        return { kind: "alreadyApplied" };
      if (/NOT NULL constraint failed: _mig_log\.fence/.test(outcome.message)) return { kind: "lostLease" };
      return {
        kind: "rolledBack",
        message: `${outcome.message} [code: ${outcome.code}]`,
        assertion: failedAssertion(outcome.message),
      };
    default:
      return outcome satisfies never;
  }
}
