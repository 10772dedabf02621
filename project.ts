import { defineProject } from "./src/index.ts";
import { systems } from "./src/systems/index.ts";

export default defineProject({
  systems,
  stages: [
    { name: "dev", branch: "develop" },
    // Shares the account of prod, as on Cloudflare: what stages share is there once.
    { name: "staging", branch: "staging", embeddedAccount: "prod", bakeSeconds: 300 },
    { name: "prod", branch: "main", suffix: "", protected: true, ownsShared: true, bakeSeconds: 900 },
  ],
  // Where nobody's data is: each pull request may have one, for three days.
  pullRequests: { like: "dev", leaseHours: 72 },
  policies: {
    // These have no domain yet and answer there; every other worker is called by workers alone.
    "no-workers-dev": {
      stages: { prod: "mandatory" },
      settings: {
        allow: [
          "dome/dome-api",
          "jobmatch/jobmatch",
          "jobmatch/jobmatch-api",
          "portfolio/service",
          "taco/taco",
        ],
      },
    },
    // No system declares an alarm: they are made in the account of whoever deploys it.
    "workers-are-alarmed": { settings: { alarm: "elsewhere" } },
    // What comes in here is people's: none of it may be lost because it failed too often.
    "consumers-have-dead-letters": { stages: { prod: "mandatory" } },
    // Who deploys the systems for people has a sender's address and an identity provider of their own.
    "no-placeholders": { settings: { allow: ["taco@example.com", "https://id.example.com"] } },
  },
});
