// `lockstep github comment` and `lockstep github drift`: what jobs of GitHub Actions write to their repository.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { named, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Place } from "../place.ts";
import { readReport } from "../pull-request/saved.ts";
import { repositoryOf } from "./api.ts";
import { writeComment } from "./comment.ts";
import { type StageDrift, stageDrift, writeDrift } from "./drift-issue.ts";

export async function run(args: readonly string[], { folder }: Place): Promise<number> {
  const request = requestOf(args);
  const repository = repositoryOf(process.env);
  const read = (file: string): string => readFileSync(resolve(folder, file), "utf8");
  const said =
    request.command === "comment"
      ? await writeComment(readReport(read(request.file), request.file), request.head, repository)
      : await writeDrift(
          request.files.map((file) => readDrift(read(file), file)),
          repository,
        );
  process.stdout.write(`${said}\n`);
  return 0;
}

type Request =
  | { readonly command: "comment"; readonly file: string; readonly head: string }
  | { readonly command: "drift"; readonly files: readonly string[] };

export function requestOf(args: readonly string[]): Request {
  const { values, positionals } = parsed(args);
  const [command, ...files] = positionals;
  const { head } = values;
  const [file, ...more] = files;
  if (file === undefined) throw wrong(args.join(" ") || "nothing");
  if (command === "drift" && head === undefined) return { command, files };
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

const usage: Sentence = sentence`${named("github comment", "<report> --head <commit>")}; ${named("github drift", "<file>…")}`;
const wrong = (got: string): UserError =>
  new UserError({
    what: "The command line is wrong",
    where: "lockstep github",
    got,
    expected: "comment with a saved report and the commit that it is of, as 40 digits; or drift with files",
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
