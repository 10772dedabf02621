import { expect, test } from "vitest";
import { checkChoices } from "./configuration.ts";
import { packOf } from "./pack-options.ts";
import { rules } from "./rules/all.ts";

const place = { where: "policies of project.ts", stages: ["dev", "prod"] };
/** What a program without types can write. */
const found = (choices: object) => checkChoices({ ...choices }, place);

test("every level and every standard that a rule has can be chosen", () => {
  for (const rule of rules) {
    const settings = Object.fromEntries(
      Object.entries(rule.settings ?? {}).map(([name, setting]) => [
        name,
        setting.kind === "list" ? ["a"] : setting.standard,
      ]),
    );
    for (const level of ["mandatory", "advisory", "disabled"])
      expect(found({ [rule.id]: { level, stages: { prod: level }, settings }, ...{} })).toEqual([]);
    expect(found({ [rule.id]: "advisory" })).toEqual([]);
  }
});

test.each([
  [
    { "data-is-protectd": "advisory" },
    { what: "There is no such policy rule", fix: 'write "data-is-protected"' },
  ],
  [{ "log-level": "warning" }, { got: '"warning"', expected: "mandatory, advisory, disabled" }],
  [{ "log-level": "remediate" }, { what: "The rule knows no remedy" }],
  [
    { "log-level": { stages: { prdo: "advisory" } } },
    { what: "There is no such stage", expected: "dev, prod" },
  ],
  [{ "log-level": { level: 3 } }, { where: 'policies of project.ts, "log-level", level', got: "3" }],
  [{ "no-workers-dev": { allow: ["api"] } }, { got: '"allow"', fix: "write settings: { allow: … }" }],
  [{ "log-level": { settings: { allow: [] } } }, { expected: "no setting: the rule has none" }],
  [{ "plan-limits": { settings: { plam: "free" } } }, { fix: 'write "plan"' }],
  [{ "plan-limits": { settings: { plan: "gratis" } } }, { got: '"gratis"', expected: "free or paid" }],
  [
    { "compatibility-date": { settings: { oldestMonths: 0 } } },
    { got: "0", expected: "a whole number of 1 to 120" },
  ],
  [{ "no-workers-dev": { settings: { allow: "api" } } }, { expected: "a list of texts, none of them empty" }],
])("%o is refused with what is meant", (choices, diagnostic) => {
  expect(found(choices)).toEqual([expect.objectContaining(diagnostic)]);
});

test("everything that is wrong is said at once", () => {
  expect(() =>
    packOf({ rules: { nothing: "advisory", "plan-limits": { settings: { plan: "gratis" } } } }),
  ).toThrow(/no such policy rule[\s\S]*a value that it cannot have/);
});

test("a stage's own level goes before the rule's, and what a pack says before what the project says", () => {
  const rule = rules.find(({ id }) => id === "worker-is-observed");
  if (rule === undefined) throw new Error("no such rule");
  const pack = packOf({
    protectedStacks: ["prod"],
    rules: { "worker-is-observed": { level: "mandatory", stages: { dev: "disabled" } } },
  });
  expect(["prod", "dev", "other"].map((stack) => pack.levelOf(rule, stack))).toEqual([
    "mandatory",
    "disabled",
    "mandatory",
  ]);
  const standard = packOf({ protectedStacks: ["prod"] });
  expect(["prod", "dev"].map((stack) => standard.levelOf(rule, stack))).toEqual(["advisory", "disabled"]);
  expect(packOf({}).levelOf(rule, "anything")).toBe("advisory");
});
