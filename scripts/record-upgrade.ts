// node scripts/record-upgrade.ts <name> [<fixture whose project is taken>]: brings a project up in dev, staging and prod on the embedded target,
// works in it, and writes what this version left there as text to test/upgrade/<name>. Later versions have to go on from it.
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { type Clone, clone } from "../test/clone.ts";
import { putProject, stages, systemFile } from "../test/upgrade/project-of-today.ts";
import { recordings, writeRecording } from "../test/upgrade/recording.ts";

const latest = readdirSync(recordings, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort()
  .at(-1);
const [name = "", source = latest ?? ""] = process.argv.slice(2);
if (!/^\d{4}-\d{2}-[a-z0-9-]+$/.test(name)) {
  console.error(
    "usage: node scripts/record-upgrade.ts <year>-<month>-<word> [<recording whose project is taken>]",
  );
  process.exit(2);
}
const named = z.array(z.object({ id: z.string(), title: z.string() }));
const frozen = join(recordings, source, "project");

const project = await clone({ prepare: (folder) => putProject(frozen, folder) });
try {
  await work(project);
  await writeRecording(project, frozen, join(recordings, name));
} finally {
  await project.remove();
}

/** A contract that was opened and ran, a rollout under way, a waiting contract, a protected stage; and data everywhere. */
async function work({ folder, edit, visit, ...project }: Clone): Promise<void> {
  const pulumi = (...args: string[]): Promise<string> => succeeding(project.pulumi(args), args);
  const up = (stage: string): Promise<string> => pulumi("up", "--yes", "--skip-preview", "--stack", stage);
  for (const stage of ["dev", "staging"])
    await pulumi(
      "config",
      "set",
      "--secret",
      "--path",
      "lockstep:secrets.greeting",
      "hello",
      "--stack",
      stage,
    );

  const withheld = withhold(join(folder, "migrations/dome/silo"), [
    "0002_add_language.sql",
    "0003_drop_language.sql",
  ]);
  edit(systemFile("dome"), (text) => text.replace('VERSION: "0.2.0"', 'VERSION: "0.1.0"'));
  for (const stage of stages) await up(stage);
  for (const stage of stages) await note(stage, "Tides", "The moon pulls the sea.");

  withheld.giveBack();
  for (const stage of stages) await up(stage);
  for (const stage of ["dev", "prod"]) {
    await succeeding(project.just(["db", "contract", stage]), ["db", "contract", stage]);
    await up(stage);
  }
  await note("dev", "Bread", "Flour, water, salt, time.");
  for (const stage of ["dev", "staging"]) {
    const namespaces = named.parse(await project.api(stage, "GET", "/storage/kv/namespaces"));
    const id = namespaces.find(({ title }) => title === `pair-settings-${stage}`)?.id;
    await project.api(stage, "PUT", `/storage/kv/namespaces/${id}/values/title`, "Visitors");
    await visited(`left-${stage}.${stage}.localhost`, "/visitors");
  }

  // Last: an open rollout keeps contracts shut.
  const output: unknown = JSON.parse(await pulumi("stack", "output", "versions", "--json", "--stack", "dev"));
  const stable = z.record(z.string(), z.string()).parse(output)["dome/dome-api"];
  const key = 'lockstep:rollout["dome/dome-api"]';
  await pulumi("config", "set", "--path", `${key}.stable`, String(stable), "--stack", "dev");
  await pulumi("config", "set", "--path", `${key}.percent`, "25", "--stack", "dev");
  edit(systemFile("dome"), (text) => text.replace('VERSION: "0.1.0",\n    AI', 'VERSION: "0.2.0",\n    AI'));
  for (const stage of stages) await up(stage);
  for (const stage of stages) await pulumi("preview", "--expect-no-changes", "--stack", stage);

  async function visited(host: string, path: string, body?: unknown): Promise<void> {
    const { status, text } = await visit(host, path, body);
    if (status >= 300) throw new Error(`${host}${path} answered ${status}: ${text}`);
    process.stdout.write(`${host}${path}: ${text}\n`);
  }
  async function note(stage: string, title: string, text: string): Promise<void> {
    await visited(`dome-api${stage === "prod" ? "" : `-${stage}`}.${stage}.localhost`, "/notes", {
      title,
      text,
    });
  }
}

/** Takes the last files of a migrations folder away, for a while. */
function withhold(folder: string, names: readonly string[]): { readonly giveBack: () => void } {
  const chain = readFileSync(join(folder, "chain.txt"), "utf8");
  for (const each of names) renameSync(join(folder, each), join(dirname(folder), each));
  const isWithheld = (line: string): boolean => names.some((each) => line.startsWith(`${each} `));
  writeFileSync(
    join(folder, "chain.txt"),
    chain
      .split("\n")
      .filter((line) => !isWithheld(line))
      .join("\n"),
  );
  return {
    giveBack() {
      for (const each of names) renameSync(join(dirname(folder), each), join(folder, each));
      writeFileSync(join(folder, "chain.txt"), chain);
    },
  };
}

async function succeeding(
  ran: Promise<{ code: number | null; out: string }>,
  words: readonly string[],
): Promise<string> {
  const { code, out } = await ran;
  if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}:\n${out}`);
  return out;
}
