import { unknownValue } from "../../../src/engine/property-values.ts";
import { defineProject } from "../../../src/index.ts";
import { types } from "../../seen/types.ts";
import { holds } from "../../testing/held.ts";
import type { Written } from "../../testing/judge.ts";
import { promotedIsBaked } from "./promoted-is-baked.ts";

const project = defineProject({
  systems: [],
  stages: [{ name: "staging" }, { name: "prod", promotesFrom: "staging", protected: true }],
});
const options = { project, now: "2026-11-30T12:00:00.000Z" };

const target = (promotion?: unknown): Written => ({
  type: types.target,
  name: "target",
  props: { stage: "prod", ...(promotion !== undefined && { promotion }) },
});
const served = (digest: string, servedAt: string) => ({ digest, servedAt });
const promoted = (shop: object, more: object = {}) =>
  target({ from: "staging", bakeSeconds: 3600, systems: { shop }, ...more });

holds(promotedIsBaked, {
  good: [
    {
      is: "a rollback, whatever the last up left",
      has: promoted({ built: "sha256:1" }),
      options: { ...options, rollback: true },
    },
    { is: "a stage that is promoted from none", has: target(), options },
    {
      is: "what the stage before has served for its bake time",
      has: promoted({ built: "sha256:1", served: served("sha256:1", "2026-11-30T11:00:00.000Z") }),
      options,
    },
  ],
  bad: [
    {
      is: "a run that says to be a rollback and brings something new",
      has: promoted({ built: "sha256:1" }, { rollback: true }),
      options: { ...options, rollback: true },
      says: [/nothing was promoted/],
    },
    {
      is: "a system of which nothing was promoted",
      has: promoted({ built: "sha256:1" }),
      options,
      says: [/^shop: nothing was promoted from staging\..*lockstep promote staging prod/],
    },
    {
      is: "something else than was promoted",
      has: promoted({ built: "sha256:2", served: served("sha256:1", "2026-11-30T11:00:00.000Z") }),
      options,
      says: [/\(sha256:2\) is not what staging served when it was promoted \(sha256:1\)/],
    },
    {
      is: "what has not served long enough",
      has: promoted({ built: "sha256:1", served: served("sha256:1", "2026-11-30T11:00:00.001Z") }),
      options,
      says: [/has to for 3600 s, until 2026-11-30T12:00:00.001Z/],
    },
    {
      is: "a record that nobody can believe",
      has: promoted({ built: "sha256:1" }, { doubt: "the key of staging did not sign it" }),
      options,
      says: [/not believed: the key of staging did not sign it/],
    },
    {
      is: "a record without a time",
      has: promoted({ built: "sha256:1", served: served("sha256:1", "yesterday") }),
      options,
      says: [/yesterday/],
    },
    {
      is: "the same in a preview, where it is a warning",
      has: promoted({ built: "sha256:1" }),
      options: { ...options, preview: true },
      says: [/nothing was promoted/],
      outcome: "advisory",
    },
  ],
  unknown: [
    { is: "systems that are not known", has: target({ from: "staging", systems: unknownValue }), options },
    { is: "a digest that is not known", has: promoted({ built: unknownValue }), options },
  ],
});
