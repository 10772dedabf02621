// `lockstep backup key <stage> <file>`: who may read its backups.
import { resolve } from "node:path";
import type { ProjectPlace } from "../../place.ts";
import type { Request } from "../request.ts";
import { makeKey } from "./identity.ts";

export async function key({ stage, file }: Request, { folder }: ProjectPlace): Promise<number> {
  const path = resolve(folder, file ?? `lockstep-${stage.name}.key`);
  const recipient = await makeKey(path);
  process.stdout.write(
    [
      `The secret key is in ${path}. Whoever has it reads every backup of ${stage.name}; without it nobody does.`,
      "Keep it in two places that do not burn down together, and not beside the backups.",
      "",
      `Put the public key into Pulumi.${stage.name}.yaml, below config:`,
      "",
      "  lockstep:backup:",
      `    recipients: [${recipient}]`,
      "",
    ].join("\n"),
  );
  return 0;
}
