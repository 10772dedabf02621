import { unknownValue } from "../../../src/engine/property-values.ts";
import { types } from "../../seen/types.ts";
import { holds } from "../../testing/held.ts";
import type { Written } from "../../testing/judge.ts";
import { addressesDoNotOverlap } from "./addresses-do-not-overlap.ts";
import { cronsDiffer } from "./crons-differ.ts";

const route = (pattern: string, worker = "api"): Written => ({
  type: types.route,
  name: `route ${pattern} ${worker}`,
  props: { pattern, script: worker },
});
const domain = (hostname: string, service = "web"): Written => ({
  type: types.domain,
  name: `domain ${hostname} ${service}`,
  props: { hostname, service },
});
const crons = (...texts: string[]): Written => ({
  type: types.cron,
  name: "shop/api",
  props: { schedules: texts.map((cron) => ({ cron })) },
});

holds(addressesDoNotOverlap, {
  good: [
    { is: "a route inside another one", has: [route("shop.dev/*"), route("shop.dev/api/*", "api2")] },
    { is: "a route on a path of a domain", has: [domain("shop.dev"), route("shop.dev/api/*")] },
    { is: "a domain and a route of one worker", has: [domain("shop.dev", "api"), route("shop.dev/*")] },
    { is: "a wildcard over other hosts", has: [domain("shop.dev"), route("*.other.dev/*")] },
  ],
  bad: [
    {
      is: "the same route twice, with and without a scheme",
      has: [route("shop.dev/api/*"), route("https://Shop.dev/api/*", "api2")],
      says: ["are the same route, shop.dev/api/*"],
    },
    {
      is: "the same domain twice",
      has: [domain("shop.dev"), domain("shop.dev", "api")],
      says: ["are the same custom domain"],
    },
    {
      is: "a route over a whole domain",
      has: [domain("shop.dev"), route("shop.dev/*")],
      says: ["takes every request of the custom domain shop.dev"],
    },
    {
      is: "a wildcard over a whole domain",
      has: [domain("www.shop.dev"), route("*.shop.dev/*")],
      says: ["takes every request"],
    },
    {
      is: "a star right behind the host",
      has: [domain("shop.dev"), route("*shop.dev/*")],
      says: ["takes every request"],
    },
  ],
  unknown: [
    {
      is: "a host that another resource gives",
      has: { type: types.domain, name: "later", props: { hostname: unknownValue } },
    },
  ],
});

holds(cronsDiffer, {
  good: [
    { is: "an hourly and a nightly one, which are two tasks", has: crons("0 * * * *", "0 3 * * *") },
    {
      is: "two that never meet",
      has: crons("5 * * * *", "35 3 * * *"),
      options: { rules: { "crons-differ": { settings: { overlap: "any" } } } },
    },
    { is: "none", has: crons() },
  ],
  bad: [
    { is: "the same twice", has: crons("0 3 * * *", "0 3 * * *"), says: ["at the same times"] },
    {
      is: "the same in other words",
      has: crons("*/30 * * * *", "0,30 * * * *"),
      says: ["at the same times"],
    },
    {
      is: "two that meet, where that is not wanted",
      has: crons("0 * * * *", "0 3 * * *"),
      options: { rules: { "crons-differ": { settings: { overlap: "any" } } } },
      says: ["together now and then"],
    },
    { is: "one that Cloudflare refuses", has: crons("0 3 * * 0"), says: ["which Cloudflare refuses"] },
  ],
  unknown: [
    {
      is: "schedules that another resource gives",
      has: { type: types.cron, name: "shop/api", props: { schedules: unknownValue } },
    },
    {
      is: "an expression that another resource gives",
      has: { type: types.cron, name: "shop/api", props: { schedules: [{ cron: unknownValue }] } },
    },
  ],
});
