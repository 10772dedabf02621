import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { System } from "../../../src/declare/index.ts";
import { command, type Sentence, sentence } from "../../../src/diagnostic/sentence.ts";
import { type Diagnostic, refuse, UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { type PlannedWarmUp, rateOf } from "../../../src/release/hooks/conduct.ts";
import type { OwnWarmUp } from "../../../src/release/journal/entry.ts";

/** The stack's state keeps them, and is written whole with each `up`. */
const most = { requests: 200, characters: 2_000, bytes: 1_000_000 } as const;

/** What the addresses of a file are held against. */
export interface Warmed {
  readonly stage: Stage;
  readonly systems: readonly System[];
  /** `<system>/<worker>` → its address in the stage, with a final slash. */
  readonly urls: Readonly<Record<string, string>>;
}

type Request = PlannedWarmUp["requests"][number];

/**
 * The requests of `--warm-up <file>`: an address of the stage a line, or a path where the stage has one address; `#` begins a comment. Each
 * worker is asked at the rate of its system's plan, and each line at least once. Throws UserError, with every line that is wrong.
 * @param file as it was typed in `folder`
 */
export function warmUpIn(file: string, folder: string, warmed: Warmed): OwnWarmUp {
  const lines = readLines(resolve(folder, file), file).flatMap((line, at) => {
    const text = line.trim();
    return text === "" || text.startsWith("#") ? [] : [{ text, where: `${file}:${at + 1}` }];
  });
  if (lines.length === 0 || lines.length > most.requests)
    throw wrong(
      file,
      "A list of warm-up requests that is empty or too long",
      `${lines.length} requests`,
      `1 to ${most.requests}, one a line`,
      "write that many into it",
    );
  const read = lines.map(({ text, where }) => requestIn(text, where, warmed));
  refuse(read.flatMap((each) => ("what" in each ? [each] : [])));
  const requests = read.flatMap((each) => ("what" in each ? [] : [each]));
  const workers = [...new Set(requests.map(({ worker }) => worker))];
  return {
    file,
    warmUps: workers.map((label) => {
      const mine = requests.filter(({ worker }) => worker === label);
      const { perSecond, total } = rateOf(
        warmed.systems.find(({ name }) => label.startsWith(`${name}/`))?.release,
      );
      return { requests: mine, perSecond, total: Math.max(total, mine.length) };
    }),
  };
}

function readLines(path: string, file: string): readonly string[] {
  try {
    const { size } = statSync(path);
    if (size <= most.bytes) return readFileSync(path, "utf8").split(/\r?\n/);
    throw wrong(
      file,
      "A list of warm-up requests that is too long",
      `${size} bytes`,
      `at most ${most.bytes}`,
      "name a list of addresses",
    );
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw wrong(
      file,
      "The list of warm-up requests cannot be read",
      error.message,
      "a file with an address a line",
      "name one",
    );
  }
}

function requestIn(text: string, where: string, { stage, urls }: Warmed): Request | Diagnostic {
  const got = text.length > 200 ? `${text.slice(0, 200).toWellFormed()} …` : text;
  if (text.length > most.characters)
    return {
      what: "An address that is too long",
      where,
      got: `${text.length} characters: ${got}`,
      expected: `at most ${most.characters}`,
      fix: "shorten it",
    };
  const known = Object.entries(urls);
  const addresses = known.map(([label, url]) => `${url} (${label})`).join(", ") || "none";
  if (/^\/(?!\/)[\x21-\x7e]*$/.test(text)) {
    const [only, ...others] = known;
    if (only !== undefined && others.length === 0) return { worker: only[0], path: text };
    return {
      what: "A path does not say which worker is asked",
      where,
      got,
      expected: `a whole URL: ${stage.name} has the addresses ${addresses}`,
      fix: "write the worker's address in front of it",
    };
  }
  const url = /^https?:\/\/[\x21-\x7e]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  const label = url === undefined ? undefined : askedBy(url, known);
  if (url !== undefined && label !== undefined)
    return { worker: label, path: `${url.pathname}${url.search}` };
  return {
    what: `A warm-up request that is not to a worker of ${stage.name}`,
    where,
    got,
    expected: `a URL that begins with an address of the stage, encoded, without a name and a password: ${addresses}`,
    fix: sentence`correct the line, or begin it with # to leave it out; ${command("outputs", { stage: stage.name })} shows the addresses`,
  };
}

/** The worker whose address a URL begins with, the longest such address: routes of one host go to several. */
function askedBy(url: URL, known: readonly (readonly [label: string, url: string])[]): string | undefined {
  if (url.username !== "" || url.password !== "") return undefined;
  const [found] = known
    .map(([label, address]) => ({ label, base: new URL(address) }))
    .filter(({ base }) => base.origin === url.origin && url.pathname.startsWith(base.pathname))
    .toSorted((a, b) => b.base.pathname.length - a.base.pathname.length);
  return found?.label;
}

const wrong = (file: string, what: string, got: string, expected: string, fix: Sentence): UserError =>
  new UserError({ what, where: `--warm-up ${file}`, got, expected, fix });
