import { expect, test } from "vitest";
import { system } from "../../declare/index.ts";
import { refuseFrozen } from "./frozen.ts";

test("what begins in a freeze of its stage is refused, with why and until when; other stages are free", () => {
  const shop = system("shop", [], {
    release: {
      steps: [{ percent: 100, soakSeconds: 0 }],
      freezes: [{ cron: "0 0 24 12 *", hours: 72, timeZone: "UTC", reason: "Christmas", stages: ["prod"] }],
    },
  });
  const prod = { name: "prod" };
  const eve = Date.UTC(2026, 11, 24, 12);
  expect(() => refuseFrozen([shop], prod, "a release", eve)).toThrow(
    /prod is frozen; nothing was changed: Christmas/,
  );
  // What takes everything from another stage would refuse a release of anything else.
  expect(() => refuseFrozen([shop], { ...prod, promotesFrom: "staging" }, "a promotion", eve)).toThrow(
    /promote staging prod --reason/,
  );
  expect(() => refuseFrozen([shop], { name: "dev" }, "a release", eve)).not.toThrow();
  expect(() => refuseFrozen([shop], prod, "a release", Date.UTC(2026, 11, 27))).not.toThrow();
});
