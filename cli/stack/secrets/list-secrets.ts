import { z } from "zod";
import type { System } from "../../../src/declare/index.ts";
import { textStage } from "../../../src/declare/physical-name.ts";
import { secretUses } from "../../../src/declare/secret-uses.ts";
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { command, inPlace, pulumiOfStack, sentence } from "../../../src/diagnostic/sentence.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { placesOf } from "../../../toolchain/project.ts";
import { configValues, refreshStackConfig } from "../../../toolchain/stacks/stack-config.ts";
import type { Run } from "../engine/pulumi.ts";
import type { Request } from "../request.ts";
import { stackFileOf } from "../stack-file.ts";
import { backupSecretUses } from "./backup-secrets.ts";
import { listedSecrets, secretsTable } from "./secrets-table.ts";

const named = z.record(z.string(), z.unknown()).catch({});
const list = z.array(z.string()).catch([]);

/** Shows which secrets a stage's systems bind and which are set. No value is read: the file has them encrypted. */
export function listSecrets(
  { target, rest }: Request,
  stage: Stage,
  systems: readonly System[],
  run: Run,
): number {
  const { root } = run;
  // The embedded stack's file is made from the team's when pulumi first runs, which it may not have.
  const file =
    target === "embedded" ? refreshStackConfig(placesOf(root), stage.name) : stackFileOf(stage, target, root);
  const config = configValues(file);
  const deployed = list.parse(config["lockstep:systems"]);
  const secrets = listedSecrets(
    [
      ...secretUses(systems.filter(({ name }) => deployed.includes(name))),
      ...backupSecretUses(stage, target, systems, run),
    ],
    Object.keys(named.parse(config["lockstep:secrets"])),
    textStage(stage),
  );
  if (rest.includes("--json")) {
    process.stdout.write(`${JSON.stringify({ stage: stage.name, file, secrets }, null, 2)}\n`);
    return 0;
  }
  if (secrets.length === 0)
    process.stdout.write(`No system of ${stage.name} binds a secret, and none is set.\n`);
  else process.stdout.write(secretsTable(secrets));
  const place = placeOfTarget(stage.name, target, root);
  for (const { name, state } of secrets) {
    if (state === "missing")
      process.stderr.write(`${inPlace(sentence`Set it: ${command("secret", { name })}`, place)}\n`);
    if (state === "unused")
      process.stderr.write(
        `${inPlace(sentence`Nothing of ${stage.name} binds ${name}. To take it out: ${pulumiOfStack(`config rm --path 'lockstep:secrets["${name}"]'`)}`, place)}\n`,
      );
  }
  return 0;
}
