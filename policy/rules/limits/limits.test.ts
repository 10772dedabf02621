import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { unknownValue } from "../../../src/engine/property-values.ts";
import { types } from "../../seen/types.ts";
import { holds } from "../../testing/held.ts";
import type { Written } from "../../testing/judge.ts";
import { codeFits } from "./code-fits.ts";
import { planLimits } from "./plan-limits.ts";

const many = (count: number, type: string): readonly Written[] =>
  Array.from({ length: count }, (_, i) => ({ type, name: `n${i}` }));
const version = (count: number, text = "v"): Written => ({
  type: types.version,
  name: "shop/api",
  props: { bindings: Array.from({ length: count }, (_, i) => ({ name: `V${i}`, type: "plain_text", text })) },
});
const free = { rules: { "plan-limits": { settings: { plan: "free" } } } };

holds(planLimits, {
  good: [
    { is: "seven databases of ten", has: many(7, types.d1), options: free },
    { is: "a hundred variables", has: version(100) },
    { is: "a text of 5 kB", has: version(1, "x".repeat(5_120)) },
  ],
  bad: [
    {
      is: "eleven databases of ten",
      has: many(11, types.d1),
      options: free,
      says: ["has 11 D1 databases; the free plan has room for 10 in an account: 1 too many"],
    },
    {
      is: "nine databases of ten",
      has: many(9, types.d1),
      options: free,
      says: ["9 D1 databases of the 10 .*: 1 are left"].map((each) => new RegExp(each)),
      outcome: "advisory",
    },
    {
      is: "six crons of five",
      has: { type: types.cron, name: "crons", props: { schedules: many(6, "x") } },
      options: free,
      says: ["6 cron triggers"],
    },
    {
      is: "129 variables",
      has: version(129),
      says: ["has 129 variables; the paid plan has room for 128: 1 too many"],
    },
    {
      is: "110 variables",
      has: version(110),
      says: ["110 of 128 variables: 18 are left"],
      outcome: "advisory",
    },
    { is: "a text that is too long", has: version(1, "x".repeat(5_121)), says: ["V0 of 5121 bytes"] },
  ],
  unknown: [
    { is: "bindings of which nothing is known", has: { ...version(0), props: { bindings: unknownValue } } },
  ],
});

const mebibyte = 1024 * 1024;
const module = (bytes: Buffer) => ({ name: "a.js", contentBase64: bytes.toString("base64") });
const code = (...modules: readonly object[]): Written => ({
  type: types.version,
  name: "shop/api",
  props: { modules },
});
const freePlan = { rules: { "code-fits": { settings: { plan: "free" } } } };

holds(codeFits, {
  good: [
    { is: "a little code", has: code(module(Buffer.from("export default {}"))) },
    { is: "much that is little when it is compressed", has: code(module(Buffer.alloc(20 * mebibyte))) },
    { is: "a file that is not there", has: code({ name: "a.js", contentFile: "a.js" }) },
    {
      is: "a script in one piece",
      has: { type: types.script, name: "api", props: { content: "export default {}" } },
    },
  ],
  bad: [
    {
      is: "two modules that are too large together",
      has: code(module(randomBytes(2 * mebibyte)), module(randomBytes(2 * mebibyte))),
      options: freePlan,
      says: ["has 4.0 MiB of code, compressed; the free plan takes 3.0: 1.0 too many"],
    },
    {
      is: "code that just fits",
      has: code(module(randomBytes(2.5 * mebibyte))),
      options: freePlan,
      says: ["2.5 MiB of code, compressed, of the 3.0 that the free plan takes: 0.5 are left"],
      outcome: "advisory",
    },
    {
      is: "a file that is too large",
      has: code({ name: "a.js", contentFile: "package-lock.json" }),
      options: {
        root: join(import.meta.dirname, "../../.."),
        rules: { "code-fits": { settings: { plan: "free", warnPercent: 1 } } },
      },
      says: ["MiB of code, compressed, of the 3.0"],
      outcome: "advisory",
    },
  ],
  unknown: [
    { is: "modules of which nothing is known", has: { ...code(), props: { modules: unknownValue } } },
  ],
});
