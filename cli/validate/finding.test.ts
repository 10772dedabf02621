import { expect, test } from "vitest";
import { type Finding, merged } from "./finding.ts";

const finding = (of: Partial<Finding>): Finding => ({
  ...{ file: "src/shop.ts", line: 3, severity: "error", what: "A name", where: "shop/db (d1) in dev" },
  ...{ got: "db!-dev", expected: "letters", fix: "correct it", stages: ["dev"], ...of },
});

test("what is wrong in several stages is said once, with what was found in each", () => {
  const prod = finding({ where: "shop/db (d1) in prod", got: "db!", stages: ["prod"] });
  expect(merged([finding({}), prod])).toEqual([
    finding({ where: "shop/db (d1)", got: "db!-dev, db!", stages: ["dev", "prod"] }),
  ]);
  expect(merged([finding({}), finding({})])).toEqual([finding({})]);
});

test("two things of one stage stay two", () => {
  expect(merged([finding({}), finding({ got: "other" })])).toHaveLength(2);
  expect(merged([finding({ stages: [] }), finding({ stages: [], line: 4 })])).toHaveLength(2);
});
