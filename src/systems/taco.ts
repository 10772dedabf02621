import {
  d1,
  type EnvOf,
  perStage,
  r2,
  secret,
  sendEmail,
  stageName,
  system,
  worker,
} from "../declare/index.ts";

const auth = d1("taco-auth", {
  migrations: "migrations/taco/auth",
  adopt: {
    staging: "ba7fe27f-e3f3-4329-a884-d9ce0586c507",
    prod: "483da8b0-94c7-4f9e-ab1a-68df41e5664d",
  },
});
const billing = d1("taco-billing", {
  migrations: "migrations/taco/billing",
  adopt: {
    staging: "82db418e-8563-4086-86c3-22398526a63a",
    prod: "b8f3b52c-3061-4402-a8b3-794b45dbb2cb",
  },
});
const backups = r2("taco-backups");

const app = worker("taco", {
  pages: {
    functions: "workers/taco/functions",
    output: "workers/taco/public",
    handlers: "workers/taco/handlers.ts",
  },
  smoke: "/api/health",
  compatibilityDate: "2026-06-01",
  crons: ["0 3 * * *"],
  env: {
    ENVIRONMENT: stageName(),
    LOG_LEVEL: perStage({ dev: "debug", staging: "info", prod: "info" }),
    AUTH_DB: auth,
    BILLING_DB: billing,
    BACKUPS: backups,
    MAIL: sendEmail(),
    MAIL_FROM: "taco@example.com",
    LOGIN_CODES: perStage({ dev: "in the answer", staging: "by mail", prod: "by mail" }),
    // Without them the stage takes no payments and gives no backups away; dev has some that anybody may know.
    STRIPE_WEBHOOK_SECRET: secret("taco-stripe-webhook", { optional: true, fallback: { dev: "whsec_dev" } }),
    ADMIN_TOKEN: secret("taco-admin-token", { optional: true, fallback: { dev: "admin-of-dev" } }),
  },
});

export type TacoEnv = EnvOf<typeof app>;

/** Accounts, subscriptions and credits: a Pages project as a worker, over two databases that are backed up every night. */
export const taco = system("taco", [auth, billing, backups, app]);
