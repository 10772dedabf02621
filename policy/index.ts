import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules/all.ts";

new PolicyPack("lockstep", { enforcementLevel: "mandatory", policies: [...rules] });
