// Started by the `pulumi` launcher for what cannot be a line of shell: `stack.ts <project folder> <stage> <engine> prepare`, or `… <pulumi arguments…>`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pulumi, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { ensureEmbedded } from "../embedded/embedded.ts";
import { withLock } from "../install/lock.mjs";
import { type Places, placesOf, pulumiProjectName } from "../project.ts";
import { refreshStackConfig } from "./stack-config.ts";

/** Makes a stage ready for a command on the embedded target: process running, stack there, configuration written. */
async function prepareStack(places: Places, engine: string, stage: string): Promise<void> {
  await ensureEmbedded(places);
  mkdirSync(places.throwAway, { recursive: true });
  await withLock(join(places.throwAway, "lock"), async () => {
    refreshStackConfig(places, stage);
    if (existsSync(join(places.state, ".pulumi", "stacks", pulumiProjectName(places.root), `${stage}.json`)))
      return;
    if (!existsSync(join(places.root, `Pulumi.${stage}.yaml`))) throw unknownStage(places, stage);
    const done = inThrowAway(places, engine, ["stack", "init", stage, "--no-select"], "pipe");
    if (done.status !== 0)
      throw new Error(`pulumi stack init ${stage} failed:\n${done.stdout}${done.stderr}`);
  });
}

function unknownStage(places: Places, stage: string): UserError {
  return new UserError({
    what: `There is no stack "${stage}"`,
    where: join(places.root, `Pulumi.${stage}.yaml`),
    got: "no such file, and no such stack in the embedded state",
    expected: "a stage of project.ts with its stack file, or another stack that was made before",
    fix: sentence`check the name, or make it: ${pulumi(`stack init ${stage}`)}`,
  });
}

/** `stack init`, `stack rm` and `stack rename` write and delete `Pulumi.<stage>.yaml`; in the throw-away project that is nobody's file. */
function inThrowAway(
  places: Places,
  engine: string,
  args: readonly string[],
  stdio: "inherit" | "pipe",
): ReturnType<typeof spawnSync> {
  writeFileSync(
    join(places.throwAway, "Pulumi.yaml"),
    `name: ${pulumiProjectName(places.root)}\nruntime: nodejs\n`,
  );
  const env = { ...process.env };
  delete env.PULUMI_OPTION_CONFIG_FILE;
  return spawnSync(engine, ["-C", places.throwAway, ...args], { stdio, env, encoding: "utf8" });
}

/** Commands of `pulumi stack` that touch its files, by every name that the engine has for them. The launcher sends these here. */
export const fileCommands: Readonly<
  Record<string, "init" | "remove" | "rename" | "change-secrets-provider">
> = {
  init: "init",
  new: "init",
  create: "init",
  setup: "init",
  rm: "remove",
  remove: "remove",
  delete: "remove",
  rename: "rename",
  "change-secrets-provider": "change-secrets-provider",
};

function forward(places: Places, engine: string, args: readonly string[]): number {
  mkdirSync(places.throwAway, { recursive: true });
  const words = args.filter((arg) => !arg.startsWith("-"));
  const command = fileCommands[words[1] ?? ""];
  if (command === "change-secrets-provider")
    throw new UserError({
      what: "Stacks on the embedded target keep their passphrase",
      where: "pulumi stack change-secrets-provider",
      got: words.slice(2).join(" ") || "nothing",
      expected: "a stack of a real account: its secrets are worth another provider",
      fix: "run it in a shell that is logged in to the team's backend",
    });
  const done = inThrowAway(places, engine, args, "inherit");
  if (done.status === 0 && command === "remove" && words[2] !== undefined) forgetConfig(places, words[2]);
  if (done.status === 0 && command === "init" && words[2] !== undefined) {
    refreshStackConfig(places, stageOf(words[2]));
    if (!args.includes("--no-select"))
      spawnSync(engine, ["stack", "select", words[2]], { stdio: "inherit", cwd: places.root });
  }
  return done.status ?? 1;
}

function forgetConfig(places: Places, stack: string): void {
  for (const name of [`${stageOf(stack)}.yaml`, `${stageOf(stack)}.from-stack-file.json`])
    rmSync(join(places.config, name), { force: true });
}

const stageOf = (stack: string): string => stack.slice(stack.lastIndexOf("/") + 1);

if (import.meta.main) {
  const [root = "", stage = "", engine = "", ...args] = process.argv.slice(2);
  const places = placesOf(root);
  try {
    if (args[0] === "prepare" && args.length === 1) await prepareStack(places, engine, stage);
    else process.exitCode = forward(places, engine, args);
  } catch (error) {
    process.stderr.write(
      `${error instanceof UserError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}
