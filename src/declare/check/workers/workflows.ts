import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import { workflowsOf } from "../../graph.ts";
import { type NamingStage, nameTemplate, physicalName } from "../../physical-name.ts";
import type { System } from "../../system.ts";

const accepted = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/;

/** Workflows whose names Cloudflare would refuse, or that would be one Workflow there. */
export function checkWorkflows(systems: readonly System[], stage: NamingStage): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<string, string>();
  for (const system of systems) {
    for (const { declared, owner } of workflowsOf(system)) {
      const name = physicalName(declared, stage);
      const where = `${system.name}/${owner.name}, workflow ${declared.name} in ${stage.name}`;
      const other = seen.get(name);
      seen.set(name, where);
      if (other !== undefined)
        diagnostics.push({
          what: "Two Workflows with the same name at Cloudflare",
          where: `${other} and ${where}`,
          got: `${name} twice, with different classes, workers or settings`,
          expected: "a name of its own for each, or the same declaration wherever it is bound",
          fix: "keep the workflow in a constant and bind that, or rename one of them",
        });
      if (!accepted.test(name) || !/^[a-z0-9][a-z0-9._-]*$/i.test(declared.name))
        diagnostics.push({
          what: "A name of a Workflow that Cloudflare does not accept",
          where,
          got: `${JSON.stringify(name)}, from ${nameTemplate(declared)}`,
          expected: "1 to 64 letters, digits, dashes and underscores, not beginning with a dash",
          fix: "correct its name, or its physicalName, in src/systems",
        });
    }
  }
  return diagnostics;
}
