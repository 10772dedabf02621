import { z } from "zod";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import { pulumi, pulumiText, type Run } from "./pulumi.ts";

const configured = z.record(
  z.string(),
  z.looseObject({ value: z.string().optional(), objectValue: z.unknown().optional() }),
);
const names = z.array(z.string());

/** Takes a system off the stage's list and brings the stage up: its resources go, unless they are protected. Can be repeated. */
export async function retire(stage: Stage, system: string, run: Run): Promise<number> {
  const config = configured.parse(
    JSON.parse(await pulumiText(["config", "--json", "--stack", stage.name], run)),
  );
  const list = (key: string): string[] => names.parse(config[key]?.objectValue ?? []);
  const systems = list("lockstep:systems");
  const retired = list("lockstep:retired");
  const up = (): Promise<number> => pulumi(["up", "--stack", stage.name, "--yes"], run);
  // An up that did not get to its end is repeated.
  if (!systems.includes(system) && retired.includes(system)) return up();
  if (!systems.includes(system)) {
    throw new UserError({
      what: `System ${system} is not on the list of stage ${stage.name}`,
      where: `lockstep:systems of Pulumi.${stage.name}.yaml`,
      got: system,
      expected: systems.join(", ") || "no systems at all",
      fix: "name one of them",
    });
  }
  const setting = (values: readonly string[]) => ({ value: JSON.stringify(values), objectValue: values });
  // Both at once: off the one list and not on the other, the program refuses to run.
  const values = {
    "lockstep:systems": setting(systems.filter((each) => each !== system)),
    "lockstep:retired": setting([...new Set([...retired, system])].sort()),
  };
  await pulumiText(["config", "set-all", "--stack", stage.name, "--json", JSON.stringify(values)], run);
  return up();
}
