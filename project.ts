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
});
