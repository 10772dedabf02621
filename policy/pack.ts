// The pack that `env` names to the engine. It judges by the declarations of the project that it is run for: the one that
// LOCKSTEP_PROJECT names, or the one that this folder lies in.
import { PolicyPack } from "@pulumi/policy";
import { findProjectRoot, loadProject } from "../src/project/load.ts";
import { lockstepPolicies } from "./index.ts";

const root = process.env["LOCKSTEP_PROJECT"] ?? findProjectRoot(import.meta.dirname);

new PolicyPack("lockstep", {
  enforcementLevel: "mandatory",
  policies: [...lockstepPolicies(root === undefined ? undefined : await loadProject(root))],
});
