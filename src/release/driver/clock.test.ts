import { expect, test } from "vitest";
import { steadyClock } from "./clock.ts";

const begun = (at: string) => [{ kind: "aborted", at }] as const;

test("a release's time goes on whatever is done to the machine's clock, and is never before its journal", () => {
  let wallMs = Date.UTC(2026, 0, 1, 12);
  let passedMs = 5_000;
  const clock = (at: string) =>
    steadyClock(
      begun(at),
      () => wallMs,
      () => passedMs,
    );
  const earlier = clock("2026-01-01T11:00:00Z");
  const later = clock("2026-01-01T13:00:00Z");
  wallMs -= 86_400_000;
  passedMs += 1_000;
  expect(earlier()).toBe(Date.UTC(2026, 0, 1, 12, 0, 1));
  expect(later()).toBe(Date.UTC(2026, 0, 1, 13, 0, 1));
});
