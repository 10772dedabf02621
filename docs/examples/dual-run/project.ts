import { defineProject } from "lockstep";
import { contextSystem } from "./src/systems/context.ts";

export default defineProject({
  systems: [contextSystem],
  stages: [{ name: "dev" }, { name: "prod", suffix: "", protected: true, bakeSeconds: 900 }],
});
