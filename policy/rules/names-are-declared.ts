import { nameTemplate, physicalName } from "../../src/declare/physical-name.ts";
import { kindOf } from "../../src/resources/kinds/kinds.ts";
import type { Rule } from "./rule.ts";

/** What a resource is called at Cloudflare follows from its declaration and stage alone, so that no stage can reach another's data. */
export const namesAreDeclared: Rule = ({ stageOf, declaredAs }) => ({
  name: "names-are-declared",
  description:
    "Every store and worker is declared in a system of the project, and its name at Cloudflare follows the declared template.",
  enforcementLevel: "mandatory",
  validateResource: (args, report) => {
    const kind = kindOf(args.type);
    if (kind === undefined) return;
    const stage = stageOf(args.urn);
    if (stage === undefined) {
      report(`${args.name} is in a stack that is no stage: declare it in project.ts.`);
      return;
    }
    const declared = declaredAs(kind.kind, args.name);
    if (declared === undefined) {
      report(`${args.name} (${kind.kind}) is declared in no system: add it to a system of project.ts.`);
      return;
    }
    const expected = physicalName(declared, stage);
    const name: unknown = args.props[kind.nameInput];
    if (name === expected) return;
    report(
      `${args.name} is named ${JSON.stringify(name)}; its template "${nameTemplate(declared)}" makes it "${expected}" in ${stage.name}.`,
    );
  },
});
