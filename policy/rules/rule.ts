import type { ResourceValidationPolicy } from "@pulumi/policy";
import type { Declarations } from "../declared.ts";

/** One rule of the pack, for what a project declares. */
export type Rule = (declared: Declarations) => ResourceValidationPolicy;
