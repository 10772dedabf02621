import { dataIsProtected } from "./data-is-protected.ts";
import { namesAreDeclared } from "./names-are-declared.ts";
import { noPlainSecrets } from "./no-plain-secrets.ts";
import type { Rule } from "./rule.ts";

/** Rules that any Cloudflare program can be held to. */
export const generalRules: readonly Rule[] = [dataIsProtected, noPlainSecrets];

/** Every rule: those that judge by what a project declares too. */
export const rules: readonly Rule[] = [...generalRules, namesAreDeclared];
