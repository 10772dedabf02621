import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { RateLimit } from "../../bindings/rate-limit.ts";
import { textIn } from "../../bindings/stage-text.ts";
import { type NamingStage, textStage } from "../../physical-name.ts";

const longestMitigationSeconds = 24 * 60 * 60;

/** What Cloudflare would refuse of a rate limit besides the size of its numbers. */
export function checkRateLimit(
  { namespaceId, periodSeconds, mitigationSeconds = 0 }: RateLimit,
  { where, stage }: { readonly where: string; readonly stage: NamingStage },
): Diagnostic[] {
  const refusal = (property: string, got: string, expected: string): Diagnostic => ({
    what: "A rate limit that Cloudflare does not accept",
    where: `${where}, ${property}`,
    got,
    expected,
    fix: "correct it in src/systems",
  });
  const id = textIn(namespaceId, textStage(stage));
  const mitigates =
    mitigationSeconds === 0 ||
    (mitigationSeconds >= periodSeconds &&
      (mitigationSeconds === 10 ||
        (mitigationSeconds % 60 === 0 && mitigationSeconds <= longestMitigationSeconds)));
  return [
    ...(id === undefined || /^[1-9]\d*$/.test(id)
      ? []
      : [refusal("namespaceId", JSON.stringify(id), 'a whole number above 0, as a text: "1001"')]),
    // The type has these two alone; a program that is not checked by tsc can have others.
    ...([10, 60].includes(periodSeconds)
      ? []
      : [refusal("periodSeconds", String(periodSeconds), "10 or 60")]),
    ...(mitigates
      ? []
      : [
          refusal(
            "mitigationSeconds",
            String(mitigationSeconds),
            `0, 10, or a multiple of 60 up to ${longestMitigationSeconds}, and not less than the period`,
          ),
        ]),
  ];
}
