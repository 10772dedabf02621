import { z } from "zod";
import type { Secret } from "../../../src/declare/index.ts";
import { textStage } from "../../../src/declare/physical-name.ts";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { pulumiText, type Run } from "../../stack/engine/pulumi.ts";
import { once } from "../once.ts";

const configured = z.looseObject({
  "lockstep:secrets": z.looseObject({ objectValue: z.record(z.string(), z.string()).optional() }).optional(),
});

/**
 * The values of a stack's secrets, opened when the first one is asked for and kept in this process alone. Throws UserError for one
 * that is not set.
 */
export function openSecrets(stage: Stage, run: Run): (secret: Secret) => Promise<string> {
  const opened = once(() => open(stage, run));
  return async ({ secret: name, fallback = {} }) => {
    const secrets = await opened();
    const value = (Object.hasOwn(secrets, name) ? secrets[name] : undefined) ?? fallback[textStage(stage)];
    if (value !== undefined) return value;
    throw new UserError({
      what: `Missing secret '${name}'`,
      where: `lockstep:secrets of stack ${stage.name}`,
      got: Object.keys(secrets).sort().join(", ") || "no secrets",
      expected: `a secret named ${name}, which the release plan names`,
      fix: sentence`set it: ${command("secret", { name, stage: stage.name })}`,
    });
  };
}

async function open(stage: Stage, run: Run): Promise<Readonly<Record<string, string>>> {
  const text = await pulumiText(["config", "--json", "--show-secrets", "--stack", stage.name], run);
  return configured.parse(JSON.parse(text))["lockstep:secrets"]?.objectValue ?? {};
}
