// `lockstep github comment`, `lockstep github drift` and `lockstep github backup`: what jobs of GitHub Actions write to their repository.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { named, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Place } from "../place.ts";
import { readReport } from "../pull-request/saved.ts";
import { repositoryOf, runOf } from "./api.ts";
import { type Result, results, writeBackup } from "./backup-issue.ts";
import { writeComment } from "./comment.ts";
import { type StageDrift, stageDrift, writeDrift } from "./drift-issue.ts";

export async function run(args: readonly string[], { folder }: Place): Promise<number> {
  const request = requestOf(args);
  const repository = repositoryOf(process.env);
  const read = (file: string): string => readFileSync(resolve(folder, file), "utf8");
  const said = await written(request);
  process.stdout.write(`${said}\n`);
  return 0;

  async function written(of: Request): Promise<string> {
    switch (of.command) {
      case "comment":
        return writeComment(readReport(read(of.file), of.file), of.head, repository);
      case "drift":
        return writeDrift(
          of.files.map((file) => readDrift(read(file), file)),
          repository,
        );
      case "backup":
        return writeBackup({ ...of, run: runOf(repository, process.env) }, repository);
      default:
        return of satisfies never;
    }
  }
}

type Request =
  | { readonly command: "comment"; readonly file: string; readonly head: string }
  | { readonly command: "drift"; readonly files: readonly string[] }
  | { readonly command: "backup"; readonly stage: string; readonly result: Result };

export function requestOf(args: readonly string[]): Request {
  const { values, positionals } = parsed(args);
  const [command, ...files] = positionals;
  const { head } = values;
  const [file, ...more] = files;
  if (file === undefined) throw wrong(args.join(" ") || "nothing");
  if (command === "drift" && head === undefined) return { command, files };
  if (command === "backup" && head === undefined) {
    const result = results.find((each) => each === more[0]);
    if (result === undefined || more.length > 1 || !/^[a-z0-9-]+$/.test(file)) throw wrong(args.join(" "));
    return { command, stage: file, result };
  }
  if (command !== "comment" || more.length > 0 || head === undefined) throw wrong(args.join(" "));
  if (!/^[0-9a-f]{40}$/.test(head)) throw wrong(`--head ${head}`);
  return { command, file, head };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { head: { type: "string" } } });
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

const usage: Sentence = sentence`${named("github comment", "<report> --head <commit>")}; ${named("github drift", "<file>…")}; ${named("github backup", `<stage> ${results.join("|")}`)}`;
const wrong = (got: string): UserError =>
  new UserError({
    what: "The command line is wrong",
    where: "lockstep github",
    got,
    expected:
      "comment with a saved report and the commit that it is of, as 40 digits; drift with files; or backup with a stage and how its job ended",
    fix: usage,
  });

function readDrift(text: string, file: string): StageDrift {
  try {
    return stageDrift.parse(JSON.parse(text));
  } catch (error) {
    throw new UserError(
      {
        what: "This is not what a check for drift wrote",
        where: file,
        got: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
        expected: sentence`what \`${named("drift", "<stage> --json")}\` prints`,
        fix: "run the check again",
      },
      { cause: error },
    );
  }
}
