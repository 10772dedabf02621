import { defineProject } from "lockstep";
import { notesSystem } from "./src/systems/notes.ts";

export default defineProject({
  systems: [notesSystem],
  stages: [{ name: "dev" }, { name: "prod", suffix: "", protected: true, bakeSeconds: 900 }],
});
