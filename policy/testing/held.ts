import { describe, expect, test } from "vitest";
import type { PolicyOptions } from "../pack-options.ts";
import { isStackRule, type Rule } from "../rules/rule.ts";
import { judged, type Written } from "./judge.ts";

type Several<Case> = readonly [Case, ...Case[]];

interface Case {
  /** What it is, as the end of a sentence. */
  readonly is: string;
  readonly has: Written | readonly Written[];
  readonly options?: PolicyOptions;
}

interface Bad extends Case {
  /** What the messages say, one after the other. */
  readonly says: readonly (string | RegExp)[];
  /** @default "mandatory" for a rule that is mandatory in protected stages, else "advisory" */
  readonly outcome?: "mandatory" | "advisory";
}

/** What a rule is held to. No rule is without any of the three. */
export interface Held {
  readonly good: Several<Case>;
  readonly bad: Several<Bad>;
  /** `nothing`: what the rule reads is always known. */
  readonly unknown: Several<Case> | "nothing";
}

/** Holds a rule to what it lets through, what it refuses, and what it cannot tell before the update: in a stack that is protected. */
export function holds(rule: Rule, { good, bad, unknown }: Held): void {
  const level = rule.levels.protected === "mandatory" ? "mandatory" : "advisory";
  const judge = ({ has, options = {} }: Case) =>
    judged(rule, list(has), {
      ...options,
      // A rule that is off unless somebody wants it is wanted here.
      ...(rule.levels.protected === "disabled" && { rules: { [rule.id]: withLevel(options, rule) } }),
    });
  describe(rule.id, () => {
    test.each(good.map((each) => [each.is, each] as const))("lets through %s", (_is, each) => {
      expect(judge(each)).toEqual([]);
    });
    test.each(bad.map((each) => [each.is, each] as const))("finds %s", (_is, each) => {
      const found = judge(each);
      expect(found.map(({ outcome }) => outcome)).toEqual(each.says.map(() => each.outcome ?? level));
      each.says.forEach((said, i) => {
        expect(found[i]?.message).toMatch(said);
      });
      const urns = list(each.has).map(({ name }) => name);
      for (const { urn } of found)
        expect(urns.some((name) => urn === "" || urn.endsWith(`::${name}`))).toBe(true);
    });
    test.each(
      (unknown === "nothing" ? [] : unknown).map((each) => [each.is, each] as const),
    )("cannot tell yet of %s", (_is, each) => {
      const found = judge(each);
      expect(found.length).toBeGreaterThan(0);
      for (const { outcome, message } of found) {
        expect([message, outcome]).toEqual([message, "cannotTell"]);
        expect(message).toMatch(/not known before the update/);
      }
    });
    test("mends what it finds so that it finds nothing", () => {
      if (isStackRule(rule) || rule.remedy === undefined) return;
      for (const each of bad)
        for (const has of list(each.has)) {
          const props = rule.remedy({ ...has.props }, { ...judgedAs(has) });
          expect(judge({ ...each, has: { ...has, props } }).map(({ message }) => message)).toEqual([]);
        }
    });
  });
}

const list = (has: Written | readonly Written[]): readonly Written[] => ("type" in has ? [has] : has);

const judgedAs = ({ type, name }: Written) => ({
  urn: "",
  type,
  name,
  props: {},
  protect: false,
  deleteBeforeReplace: false,
  dependsOn: [],
});

function withLevel({ rules = {} }: PolicyOptions, { id }: Rule) {
  const given = rules[id];
  return { ...(typeof given === "object" ? given : {}), level: "advisory" as const };
}
