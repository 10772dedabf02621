import { defineProject } from "./src/index.ts";
import { systems } from "./src/systems/index.ts";

export default defineProject({
  systems,
  stages: [
    { name: "dev" },
    // Shares the account of prod, as on Cloudflare: what prod owns for both is there.
    { name: "staging", embeddedAccount: "prod", bakeSeconds: 300 },
    { name: "prod", suffix: "", protected: true, ownsShared: true, bakeSeconds: 900 },
  ],
});
