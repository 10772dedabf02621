import type { Released } from "../../../src/release/plan.ts";

/** The header by which a request reaches these versions, whatever their share: also at 0 %, and through the workers that it goes through. */
export const overrideOf = (
  workers: readonly Pick<Released, "script" | "fresh">[],
): Record<string, string> => ({
  "cloudflare-workers-version-overrides": workers
    .map(({ script, fresh }) => `${script}="${fresh}"`)
    .join(", "),
});
