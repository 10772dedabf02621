import { expect, test } from "vitest";
import { hyperdrive, secret, secretKey, system, worker } from "../../../src/declare/index.ts";
import { secretUses } from "../../../src/declare/secret-uses.ts";
import { listedSecrets, secretsTable } from "./secrets-table.ts";

const origin = { host: "db.example.com", database: "shop", user: "shop", password: secret("db-password") };
const shop = system("shop", [
  hyperdrive("shop-db", { origin }),
  worker("api", {
    main: "api.ts",
    compatibilityDate: "2026-06-01",
    env: {
      STRIPE: secret("stripe"),
      SENTRY: secret("sentry", { optional: true }),
      MAIL: secret("mail", { optional: true, fallback: { dev: "x" } }),
      SIGNING: secretKey("signing", { format: "raw", algorithm: "HMAC", usages: ["sign"] }),
      AGAIN: secret("stripe"),
    },
  }),
]);

const listed = (stage: string) => listedSecrets(secretUses([shop]), ["stripe", "old"], stage);

test("a stage's secrets are set, missing, left out, fallen back or unused", () => {
  expect(secretsTable(listed("dev"))).toBe(
    [
      "db-password  missing   shop/shop-db, origin.password",
      "mail         fallback  shop/api, env.MAIL",
      "old          unused    nothing binds it",
      "sentry       left out  shop/api, env.SENTRY",
      "signing      missing   shop/api, env.SIGNING",
      "stripe       set       shop/api, env.STRIPE",
      "                       shop/api, env.AGAIN",
      "",
    ].join("\n"),
  );
});

test("a text of another stage stands in for nothing", () => {
  expect(listed("staging").find(({ name }) => name === "mail")?.state).toBe("left out");
});
