import { expect, test } from "vitest";
import { UserError } from "../../diagnostic/user-error.ts";
import { saidOf } from "./said.ts";

const failed = (got: string): string =>
  saidOf(new UserError({ what: "The up failed", where: "", got, expected: "", fix: "" }));

test("what went wrong is one line, in which each line of its own stays a sentence of its own", () => {
  expect(failed("shop is not baked\n  got:      an hour\n  of a day\n  expected: a day")).toBe(
    "The up failed: shop is not baked; got: an hour of a day; expected: a day",
  );
});

test("the words of a policy are said whole; what is longer than all of them ends with a whole sentence", () => {
  const policy = "promoted-is-baked: what staging served is another digest than this. ";
  expect(failed(policy.repeat(10))).toBe(`The up failed: ${policy.repeat(10).trim()}`);
  expect(failed(policy.repeat(100))).toMatch(/another digest than this\. …$/);
});
