import type { ResourceValidationPolicy } from "@pulumi/policy";
import { nameTemplate, physicalName } from "../../src/declare/physical-name.ts";
import { declaredAs, kindOf, stageOf } from "../declared.ts";

/** What a resource is called at Cloudflare follows from its declaration and stage alone, so that no stage can reach another's data. */
export const namesAreDeclared: ResourceValidationPolicy = {
  name: "names-are-declared",
  description:
    "Every store and worker is declared in src/systems, and its name at Cloudflare follows the declared template.",
  enforcementLevel: "mandatory",
  validateResource: (args, report) => {
    const known = kindOf(args.type);
    if (known === undefined) return;
    const stage = stageOf(args.urn);
    if (stage === undefined) {
      report(`${args.name} is in a stack that is no stage: declare it in src/stages.`);
      return;
    }
    const declared = declaredAs(known.kind, args.name);
    if (declared === undefined) {
      report(`${args.name} (${known.kind}) is declared in no system: add it to a file of src/systems.`);
      return;
    }
    const expected = physicalName(declared, stage);
    const name: unknown = args.props[known.nameInput];
    if (name === expected) return;
    report(
      `${args.name} is named ${JSON.stringify(name)}; its template "${nameTemplate(declared)}" makes it "${expected}" in ${stage.name}.`,
    );
  },
};
