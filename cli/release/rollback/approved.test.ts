import { expect, test } from "vitest";
import { digestOfChange } from "../../../src/approvals/change.ts";
import { undoOf, undos } from "../../../src/approvals/migration.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { type Loss, refuseUnapproved } from "./approved.ts";

const files = ["0001_notes.sql", "0002_drop_email.sql"].map((name, i) => ({
  name,
  checksum: `sha256:${String(i).repeat(64)}`,
}));
const loss: Loss = { key: "dome/silo", files, first: "0002_drop_email.sql" };
const digest = digestOfChange(undoOf("prod", "dome/silo", files, "0002_drop_email.sql"));
const approval = {
  resource: "dome/silo",
  digest,
  reason: "the release eats notes",
  by: "Mia",
  until: "2026-12-24",
};
const prod = { name: "prod", protected: true };

test("a protected stage loses nothing that nobody has approved of, and the refusal prints the entry to be signed", () => {
  const asked = () => refuseUnapproved([loss], prod, [], "2026-12-01");
  expect(asked).toThrow(UserError);
  expect(asked).toThrow(new RegExp(`lockstep:approvals: \\[\\{ resource: dome/silo, digest: ${digest}`));
  expect(() => refuseUnapproved([loss], { name: "dev", protected: false }, [])).not.toThrow();
});

test("an approval counts for that file of that database, as it is now, until its day", () => {
  const asked =
    (more: object, day = "2026-12-01", of: Loss = loss) =>
    () =>
      refuseUnapproved([of], prod, [{ ...approval, ...more }], day);
  expect(asked({})).not.toThrow();
  expect(asked({}, "2026-12-25")).toThrow(UserError);
  expect(asked({ resource: "dome/other" })).toThrow(UserError);
  expect(asked({}, "2026-12-01", { ...loss, first: "0001_notes.sql" })).toThrow(UserError);
  const edited = files.map((file) => ({ ...file, checksum: `sha256:${"f".repeat(64)}` }));
  expect(asked({}, "2026-12-01", { ...loss, files: edited })).toThrow(UserError);
});

test("the program knows the same change, so that the entry refuses no later up", () => {
  expect(undos("prod", "dome/silo", files).map(({ change }) => digestOfChange(change))).toContain(digest);
});
