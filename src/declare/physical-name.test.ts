import fc from "fast-check";
import { describe, expect, test } from "vitest";
import project from "../../project.ts";
import { physicalName } from "./physical-name.ts";
import { d1 } from "./stores/d1.ts";
import { r2 } from "./stores/r2.ts";

const { stages } = project;

const [dev, staging, prod] = ["dev", "staging", "prod"].map((name) =>
  stages.find((stage) => stage.name === name),
);
if (dev === undefined || staging === undefined || prod === undefined) throw new Error("a stage is missing");

describe("a name at Cloudflare", () => {
  test("has its stage's suffix, and none in prod", () => {
    const names = [dev, staging, prod].map((stage) => physicalName(d1("dome-meta"), stage));
    expect(names).toEqual(["dome-meta-dev", "dome-meta-staging", "dome-meta"]);
  });

  test.each([
    ["portfolio-sql-{stage}", "portfolio-sql-staging", "portfolio-sql-prod"],
    ["jobmatch-ai-{stage}-avatars", "jobmatch-ai-staging-avatars", "jobmatch-ai-prod-avatars"],
    ["taco-backups{-stage}", "taco-backups-staging", "taco-backups"],
    ["{name}", "x", "x"],
    ["{name}-{name}{-stage}", "x-x-staging", "x-x"],
  ])("follows the template %s", (template, inStaging, inProd) => {
    expect(physicalName(r2("x", { physicalName: template }), staging)).toBe(inStaging);
    expect(physicalName(r2("x", { physicalName: template }), prod)).toBe(inProd);
  });

  test("of something shared is the same in all stages", () => {
    expect([dev, prod].map((stage) => physicalName(r2("documents", { shared: true }), stage))).toEqual([
      "documents",
      "documents",
    ]);
  });
});

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/);

test("two stages never share a name that is not shared", () => {
  fc.assert(
    fc.property(word, (name) => {
      const names = stages.map((stage) => physicalName(d1(name), stage));
      expect(new Set(names).size).toBe(stages.length);
    }),
  );
});

test("nothing is ever shortened", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 300 }).filter((text) => !/[{}]/.test(text)),
      (name) => {
        expect(physicalName(d1(name), dev)).toBe(`${name}-dev`);
      },
    ),
  );
});
