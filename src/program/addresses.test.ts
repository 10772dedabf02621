import { expect, test } from "vitest";
import { system, worker } from "../declare/index.ts";
import { stageOf } from "../project/stage.ts";
import { routesOf, urlsOf } from "./addresses.ts";

const settings = { main: "x.ts", compatibilityDate: "2026-01-01" } as const;
const zone = { zoneId: "023e105f4ecef8ad9ca31a8372d0c353" };
const stage = stageOf({ name: "dev" });
const real = { stage, target: { kind: "cloudflare", accountId: "a" } } as const;
const embedded = {
  stage,
  target: {
    kind: "embedded",
    accountId: "a",
    accountName: "dev",
    baseUrl: "http://127.0.0.1:1",
    token: "t",
    front: "http://<worker>.<account>.localhost:8788",
  },
} as const;

const shop = system("shop", [
  worker("api", { ...settings, routes: { dev: [{ pattern: "shop.example.com/api/*", ...zone }] } }),
  worker("page", {
    ...settings,
    workersDev: false,
    routes: {
      dev: [
        { pattern: "*.example.com/*", ...zone },
        { pattern: "example.com/*", ...zone },
      ],
    },
  }),
  worker("wild", {
    ...settings,
    workersDev: false,
    routes: { dev: [{ pattern: "*.example.org/*", ...zone }] },
  }),
  worker("own", { ...settings, domains: { dev: ["dev.example.net"], prod: ["example.net"] } }),
  worker("inner", { ...settings, workersDev: false }),
]);

test("on a real account a worker is opened at its workers.dev address, or else where its first plain route begins", () => {
  expect(urlsOf(shop, real, "example")).toEqual({
    "shop/api": "https://api-dev.example.workers.dev/",
    "shop/own": "https://dev.example.net/",
    "shop/page": "https://example.com/",
  });
});

test("in an account without a subdomain only routes are left, and no address is made up", () => {
  expect(urlsOf(shop, real, undefined)).toEqual({
    "shop/api": "https://shop.example.com/api/",
    "shop/own": "https://dev.example.net/",
    "shop/page": "https://example.com/",
  });
});

test("on the embedded target a worker answers below its account's name, and nowhere else", () => {
  expect(urlsOf(shop, embedded, undefined)).toEqual({
    "shop/api": "http://api-dev.dev.localhost:8788/",
    "shop/own": "http://own-dev.dev.localhost:8788/",
  });
});

test("routes are those of the stage", () => {
  expect(routesOf(shop, stage)).toEqual({
    "shop/api": ["shop.example.com/api/*"],
    "shop/page": ["*.example.com/*", "example.com/*"],
    "shop/wild": ["*.example.org/*"],
    "shop/own": ["dev.example.net"],
  });
  expect(routesOf(shop, { name: "prod" })).toEqual({ "shop/own": ["example.net"] });
});
