import type { ResourceValidationPolicy } from "@pulumi/policy";
import { dataIsProtected } from "./data-is-protected.ts";
import { namesAreDeclared } from "./names-are-declared.ts";
import { noPlainSecrets } from "./no-plain-secrets.ts";

/** Every rule of the policy pack. */
export const rules: readonly ResourceValidationPolicy[] = [dataIsProtected, noPlainSecrets, namesAreDeclared];
