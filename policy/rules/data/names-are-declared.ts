import { nameTemplate, physicalName } from "../../../src/declare/physical-name.ts";
import { kindOf, kinds } from "../../../src/resources/kinds/kinds.ts";
import { unknown } from "../../seen/values.ts";
import { cannotTell, type ResourceRule, violation } from "../rule.ts";

/** What a resource is called at Cloudflare follows from its declaration and stage alone, so that no stage can reach another's data. */
export const namesAreDeclared: ResourceRule = {
  id: "names-are-declared",
  title:
    "Every store and worker is declared in a system of the project, and its name at Cloudflare follows the declared template.",
  why: "A store under another stage's name is that stage's store: a test would write into the data of people.",
  remediation: "Declare it in a system of `project.ts`, and let its name follow from the declaration.",
  severity: "high",
  levels: { protected: "mandatory", others: "mandatory" },
  needsProject: true,
  of: Object.values(kinds).map(({ type }) => type),
  check: (resource, { declared, stack }) => {
    const kind = kindOf(resource.type);
    if (kind === undefined) return [];
    const stage = declared.stageNamed(stack);
    if (stage === undefined)
      return [violation(`${resource.name} is in a stack that is no stage: declare it in project.ts.`)];
    const declaration = declared.declaredAs(kind.kind, resource.name);
    if (declaration === undefined)
      return [
        violation(
          `${resource.name} (${kind.kind}) is declared in no system: add it to a system of project.ts.`,
        ),
      ];
    const expected = physicalName(declaration, stage);
    const name = resource.props[kind.nameInput];
    if (name === unknown) return [cannotTell(resource, `its name (${kind.nameInput})`)];
    if (name === expected) return [];
    return [
      violation(
        `${resource.name} is named ${JSON.stringify(name)}; its template "${nameTemplate(declaration)}" makes it "${expected}" in ${stage.name}.`,
      ),
    ];
  },
};
