import { PolicyPack } from "@pulumi/policy";
import { dataIsProtected } from "./rules/data-is-protected.ts";
import { namesAreDeclared } from "./rules/names-are-declared.ts";
import { noPlainSecrets } from "./rules/no-plain-secrets.ts";

new PolicyPack("lockstep", {
  enforcementLevel: "mandatory",
  policies: [dataIsProtected, noPlainSecrets, namesAreDeclared],
});
