import { z } from "zod";
import type { Stage } from "../../src/stages/index.ts";
import { UserError } from "../../src/userError.ts";
import { pulumi, pulumiText, type Run } from "./pulumi.ts";

const configured = z.record(
  z.string(),
  z.looseObject({ value: z.string().optional(), objectValue: z.unknown().optional() }),
);
const names = z.array(z.string());

/** Takes a system off the stage's list and brings the stage up: its resources go, unless they are protected. */
export async function retire(stage: Stage, system: string, run: Run): Promise<number> {
  const config = configured.parse(
    JSON.parse(await pulumiText(["config", "--json", "--stack", stage.name], run)),
  );
  const list = (key: string): string[] => names.parse(config[key]?.objectValue ?? []);
  const systems = list("lockstep:systems");
  if (!systems.includes(system)) {
    throw new UserError({
      what: `System ${system} is not on the list of stage ${stage.name}`,
      where: `lockstep:systems of Pulumi.${stage.name}.yaml`,
      got: system,
      expected: systems.join(", ") || "no systems at all",
      fix: "name one of them",
    });
  }
  const set = async (key: string, values: readonly string[]): Promise<void> => {
    const value = { [key]: { value: JSON.stringify(values), objectValue: values } };
    await pulumiText(["config", "set-all", "--stack", stage.name, "--json", JSON.stringify(value)], run);
  };
  await set(
    "lockstep:systems",
    systems.filter((each) => each !== system),
  );
  await set("lockstep:retired", [...new Set([...list("lockstep:retired"), system])].sort());
  return pulumi(["up", "--stack", stage.name, "--yes"], run);
}
