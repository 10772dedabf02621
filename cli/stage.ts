// `lockstep stage <branch>`: which stage a branch is deployed to, for scripts.
import { named } from "../src/diagnostic/sentence.ts";
import { UserError } from "../src/diagnostic/user-error.ts";
import { type Place, projectAt } from "./place.ts";

/** Prints the stage's name; with `--systems` the names of the systems that may be in it, as JSON. */
export async function run(args: readonly string[], place: Place): Promise<number> {
  const [branch = "", ...more] = args.filter((arg) => arg !== "--systems");
  const { stages, systems } = (await projectAt(place)).project;
  const found = stages.find((stage) => stage.branch === branch);
  if (found !== undefined && more.length === 0) {
    const names = systems.filter((each) => each.stages?.includes(found.name) ?? true).map(({ name }) => name);
    process.stdout.write(`${args.includes("--systems") ? JSON.stringify(names) : found.name}\n`);
    return 0;
  }
  throw new UserError({
    what: more.length === 0 ? "No stage is deployed from this branch" : "Too many words",
    where: [named("stage")],
    got: [branch, ...more].join(" ") || "nothing",
    expected:
      stages.flatMap((stage) => stage.branch ?? []).join(", ") || "a stage with a branch in project.ts",
    fix: 'say it in project.ts: { name: "dev", branch: "develop" }',
  });
}
