// `lockstep signing-key <stage>`: makes the key that a stage signs with what it serves.
import { generateKeyPairSync } from "node:crypto";
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { command, inPlace, named, sentence } from "../../../src/diagnostic/sentence.ts";
import { refusingAt, UserError } from "../../../src/diagnostic/user-error.ts";
import type { Project } from "../../../src/project/project.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { agentHere, leaveToPerson } from "../../../src/settings/agent.ts";
import { publicKeyOf } from "../../../src/settings/public-key.ts";
import { type CommandLine, namedStage, parsedLine, wrongLine } from "../../command-line.ts";
import { withYes } from "../../db/agree.ts";
import { type Place, projectAt } from "../../place.ts";
import { confirm, terminal } from "../../stack/confirm.ts";
import { environmentFor } from "../../stack/engine/environment.ts";
import { pulumi } from "../../stack/engine/pulumi.ts";
import { type TargetName, targetNamed } from "../../stack/request.ts";
import { stackFileOf } from "../../stack/stack-file.ts";
import { setConfig } from "../../stack/stage-config.ts";
import { keysOf } from "../../stack/stage-keys.ts";

const usage = sentence`\`${named("signing-key", "<stage> [--renew] [--yes [<stage>]]")}\``;
const line: CommandLine = { verb: "signing-key", usage };

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { root, project } = await projectAt(place);
  const { stage, renew, target, yes } = requestOf(args, project);
  const where = placeOfTarget(stage.name, target, root);
  return refusingAt(where, async () => {
    if (stage.asksBeforeChange) leaveToPerson(`A signing key of ${stage.name}`, stage, await agentHere());
    if (!renew && publicKeyOf(stage, target, root) !== undefined)
      throw new UserError({
        what: `${stage.name} has a signing key already`,
        where: stackFileOf(stage, target, root),
        got: "lockstep:publicKey",
        expected: "none",
        fix: sentence`leave it as it is. Where somebody else may have it: ${command("signing-key", { stage: stage.name, renew: true })}; what the stage serves then counts as served from its next up on`,
      });
    const run = { root, env: await environmentFor(target, stage, root) };
    await confirm(stage, "Make a signing key for", yes, terminal);
    const pair = generateKeyPairSync("ed25519");
    const set = (words: readonly string[], value: string): Promise<number> =>
      pulumi(["config", "set", "--stack", stage.name, ...words], run, value);
    const publicKey = pair.publicKey.export({ type: "spki", format: "der" }).toString("base64");
    // What an earlier key signed stays verified by that one.
    const before = keysOf({ stage, target }, root);
    await setConfig(
      stage,
      { "lockstep:publicKeys": [...before, { key: publicKey, since: new Date().toISOString() }] },
      run,
    );
    // The public half last: without it nobody takes the key for made.
    const codes = [
      await set(
        ["--secret", "lockstep:signingKey"],
        pair.privateKey.export({ type: "pkcs8", format: "der" }).toString("base64"),
      ),
      await set(["lockstep:publicKey"], publicKey),
    ];
    const failed = codes.find((code) => code !== 0);
    if (failed !== undefined) return failed;
    const said = sentence`${stage.name} has a signing key, in ${stackFileOf(stage, target, root)}${target === "cloudflare" ? ": commit it" : ", which is of this machine alone"}. ${command("up", { stage: stage.name })} signs with it what the stage serves`;
    process.stdout.write(`${inPlace(said, where)}\n`);
    return 0;
  });
}

/** Reads `signing-key staging --renew`. */
export function requestOf(
  args: readonly string[],
  { stages }: Pick<Project, "stages">,
): {
  readonly stage: Stage;
  readonly renew: boolean;
  readonly target: TargetName;
  readonly yes: string | undefined;
} {
  const options = {
    target: { type: "string" },
    yes: { type: "string" },
    renew: { type: "boolean", default: false },
  } as const;
  const { values, positionals } = parsedLine(line, withYes(args, stages), options, usage);
  const [name = "", ...more] = positionals;
  const stage = namedStage(line, { stages }, name);
  if (more.length > 0) throw wrongLine(line, "Too many words", more.join(" "), "a stage");
  return { stage, renew: values.renew, target: targetNamed(values.target), yes: values.yes };
}
