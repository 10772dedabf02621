import { defineProject } from "./src/index.ts";
import { systems } from "./src/systems/index.ts";

export default defineProject({
  systems,
  stages: [
    { name: "dev" },
    { name: "staging", bakeSeconds: 300 },
    { name: "prod", suffix: "", protected: true, ownsShared: true, bakeSeconds: 900 },
  ],
});
