import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { expect, test } from "vitest";
import project from "../project.ts";
import { type CommandPlace, unnamedStage } from "../src/diagnostic/place.ts";
import { inPlace, type Part } from "../src/diagnostic/sentence.ts";
import { shapeOf, verbs as shapes, type Verb } from "../src/diagnostic/verbs.ts";
import { requestOf as backupRequestOf } from "./backup/request.ts";
import { requestOf as checklistRequestOf } from "./checklist/request.ts";
import { commands } from "./db/commands.ts";
import { placeOf } from "./db/place.ts";
import { requestOf as cronRequestOf } from "./dev/cron.ts";
import { requestOf as devRequestOf } from "./dev/dev.ts";
import { requestOf as logsRequestOf } from "./logs/request.ts";
import { requestOf as policyRequestOf } from "./policy/policy.ts";
import { requestOf as reportRequestOf } from "./pull-request/pr-report.ts";
import { requestOf as reindexRequestOf } from "./reindex/request.ts";
import { wordsOf as promoteWordsOf } from "./release/promote/request.ts";
import { requestOf as signingKeyRequestOf } from "./release/promote/signing-key.ts";
import { requestOf as releasesRequestOf } from "./release/releases.ts";
import { wordsOf as releaseWordsOf } from "./release/request.ts";
import { wordsOf as rollbackWordsOf } from "./release/rollback/request.ts";
import { requestOf } from "./stack/request.ts";
import { requestOf as stateRequestOf } from "./state/state.ts";
import { requestOf as sweepRequestOf } from "./sweep/sweep.ts";
import { requestOf as tokenRequestOf } from "./token/request.ts";
import { isVerb, verbs } from "./verbs.ts";

/** What a command means, as far as a place has a say in it. */
interface Meaning {
  readonly verb: string;
  readonly stage: string | undefined;
  readonly real: boolean;
  /** Words and values of options, in order. */
  readonly words: readonly string[];
}

/** Words that a shell would take apart, and words that it would not. */
const words = [
  "dome/silo",
  "0002_add_tags.sql",
  "SELECT 'a b'",
  'say "x"',
  "$HOME",
  "`id`",
  "back\\slash",
  "ä",
];
const places: readonly CommandPlace[] = (["just", "npx"] as const).flatMap((caller) =>
  project.stages.flatMap(({ name }) =>
    [true, false].map(
      (real) => ({ stage: name, real, caller, shell: caller === "just" ? "npm" : "npx" }) as const,
    ),
  ),
);

interface Case {
  readonly text: string;
  readonly meant: Meaning;
}

const cases: readonly Case[] = verbNames().flatMap((verb, v) =>
  places.flatMap((place, p) =>
    [undefined, ...project.stages.map(({ name }) => name)].map((stage, s) =>
      caseOf(verb, place, stage, v + p + s),
    ),
  ),
);

function verbNames(): readonly Verb[] {
  return Object.keys(shapes).filter((name): name is Verb => name in shapes);
}

function caseOf(verb: Verb, place: CommandPlace, given: string | undefined, seed: number): Case {
  const shape = shapeOf(verb);
  const names = shape.words.filter((word) => word !== "stage").map((word) => word.replace("?", ""));
  const sides = ["dev:dome/silo", "files:dome/silo"];
  const chosen = names.map(
    (name, i) =>
      [name, verb === "db diff" ? (sides[i] ?? "") : (words[(seed + i) % words.length] ?? "")] as const,
  );
  const set = Object.entries(shape.options).map(
    ([name, kind], i) =>
      [name, kind === "flag" ? true : (words[(seed + i + 3) % words.length] ?? "")] as const,
  );
  const args = { ...Object.fromEntries([...chosen, ...set]), stage: given };
  const part: Part = { kind: "command", verb, args };
  const named = given ?? place.stage;
  return {
    text: inPlace(part, place),
    meant: {
      verb: verb === "help" ? "--help" : verb,
      stage:
        shape.stage === "never" ? undefined : shape.stage === "whenGiven" ? (given ?? unnamedStage) : named,
      real: shape.hasTarget && place.real,
      words: [
        ...chosen.map(([, word]) => word),
        ...set.map(([name, value]) => (value === true ? `--${name}` : value)),
      ],
    },
  };
}

/** As a shell hands them over. */
function shellWords(lines: readonly string[]): readonly (readonly string[])[] {
  const script = lines.map((line) => `set -- ${line}\nprintf '%s\\0' "$@" '<end>'`).join("\n");
  const out = execFileSync("sh", { input: script, encoding: "utf8" });
  return out
    .split("<end>\0")
    .slice(0, -1)
    .map((line) => line.split("\0").slice(0, -1));
}

const justfiles = ["justfile", "cli/stack.just", "cli/upkeep.just"]
  .map((path) => readFileSync(path, "utf8"))
  .join("\n");
const scripts: Readonly<Record<string, string>> = JSON.parse(readFileSync("package.json", "utf8")).scripts;

/** The words behind `lockstep` that what was typed comes to. */
function lockstepWords([program, first = "", ...rest]: readonly string[]): readonly string[] {
  if (program === "npx") {
    expect(first).toBe("lockstep");
    return rest;
  }
  if (program === "npm")
    return first === "run"
      ? [...startedBy(scripts[rest[0] ?? ""] ?? ""), ...behindDashes(rest.slice(1))]
      : [...startedBy(scripts[first] ?? ""), ...behindDashes(rest)];
  expect(program).toBe("just");
  if (first === "--list") return ["--help"];
  const body = new RegExp(`^${first}\\b[^\\n]*:\\n +@?(.*)$`, "m").exec(justfiles)?.[1];
  if (body === undefined) throw new Error(`the justfile has no recipe ${first}`);
  return [...startedBy(body.replace(' "$@"', "")), ...rest];
}

const behindDashes = (rest: readonly string[]): readonly string[] => {
  if (rest.length > 0) expect(rest[0]).toBe("--");
  return rest.slice(1);
};

/** What a recipe or an npm script starts: `node bin/lockstep.mjs state backup`, or the bootstrap, which knows the verbs too. */
function startedBy(line: string): readonly string[] {
  const found = /(?:lockstep\.mjs|lockstep|bootstrap\.mjs|-s) ([a-z -]+?)(?: --)?$/.exec(line)?.[1];
  return found === undefined ? [/toolchain\/(\w+)\.ts$/.exec(line)?.[1] ?? line] : found.split(" ");
}

function meaningOf([verb = "", ...rest]: readonly string[]): Meaning {
  if (verb === "--help") return { verb, stage: undefined, real: false, words: [] };
  if (!isVerb(verb)) throw new Error(`lockstep has no verb ${verb}`);
  switch (verb) {
    case "up":
    case "deploy":
    case "preview":
    case "destroy":
    case "drift":
    case "status":
    case "unlock":
    case "outputs":
    case "summary":
    case "verify":
    case "import":
    case "retire":
    case "secret":
    case "forget":
    case "stack-init": {
      const request = requestOf([verb === "stack-init" ? "init" : verb, ...rest], project);
      expect(request.stages).toHaveLength(1);
      return {
        verb,
        stage: request.stages[0]?.name,
        real: request.target === "cloudflare",
        words: [
          ...(request.subject === undefined ? [] : [request.subject]),
          ...(request.reason === undefined ? [] : [request.reason]),
          ...(request.emptyBuckets ? ["--empty-buckets"] : []),
          ...(request.repair ? ["--repair"] : []),
          ...request.rest,
        ],
      };
    }
    case "backup":
    case "restore":
    case "drill": {
      const more = rest[0] === "key" || rest[0] === "prune" || rest[0] === "check" ? rest[0] : undefined;
      const name = more === undefined ? verb : (`backup ${more}` as const);
      const { stage, target, file, undo, at } = backupRequestOf(
        name,
        more === undefined ? rest : rest.slice(1),
        project,
      );
      return {
        verb: name,
        stage: stage.name,
        real: target === "cloudflare",
        words: [
          ...(file === undefined ? [] : [file]),
          ...(undo ? ["--undo"] : []),
          ...(at === undefined ? [] : [at]),
        ],
      };
    }
    case "reindex": {
      const { stage, target, index, undo, catchUp, takeOver, again } = reindexRequestOf(rest, project);
      return {
        verb,
        stage: stage.name,
        real: target === "cloudflare",
        words: [
          index,
          ...(undo ? ["--undo"] : []),
          ...(catchUp ? ["--catch-up"] : []),
          ...(takeOver ? ["--take-over"] : []),
          ...(again ? ["--again"] : []),
        ],
      };
    }
    case "state": {
      const { command: name, stack, subject, target } = stateRequestOf(rest);
      return {
        verb: `state ${name}`,
        stage: stack,
        real: target === "cloudflare",
        words: subject === undefined ? [] : [subject],
      };
    }
    case "dev": {
      const { stage, wanted } = devRequestOf(rest, project);
      return { verb, stage: stage.name, real: false, words: wanted === undefined ? [] : [wanted] };
    }
    case "cron": {
      const { stage, wanted } = cronRequestOf(rest, project);
      return { verb, stage: stage.name, real: false, words: [wanted] };
    }
    case "sweep": {
      const { stage, target } = sweepRequestOf(rest, project);
      return { verb, stage: stage.name, real: target === "cloudflare", words: [] };
    }
    // Their files are those of a job, whose commit a text here is not.
    case "github":
      return { verb: `github ${rest[0]}`, stage: undefined, real: false, words: rest.slice(1) };
    case "pr-report": {
      const { save, target } = reportRequestOf(rest);
      return {
        verb,
        stage: undefined,
        real: target === "cloudflare",
        words: save === undefined ? [] : [save],
      };
    }
    case "release": {
      const { values, positionals } = releaseWordsOf(rest, project.stages);
      return {
        verb,
        stage: positionals[0],
        real: values.target === "cloudflare",
        words: [
          ...(["resume", "abort", "promote"] as const).flatMap((name) =>
            values[name] === true ? [`--${name}`] : [],
          ),
          ...(values.approve === undefined ? [] : [values.approve]),
          ...(values.reason === undefined ? [] : [values.reason]),
        ],
      };
    }
    case "checklist": {
      const { stage, target } = checklistRequestOf(rest, project);
      return { verb, stage: stage.name, real: target === "cloudflare", words: [] };
    }
    case "logs": {
      const { stage, worker, target } = logsRequestOf(rest, project);
      return {
        verb,
        stage: stage.name,
        real: target === "cloudflare",
        words: worker === undefined ? [] : [worker],
      };
    }
    case "token": {
      const { stage, verb: asked, target } = tokenRequestOf(rest, project);
      return { verb, stage: stage.name, real: target === "cloudflare", words: [asked] };
    }
    case "releases": {
      const { stage, release, target } = releasesRequestOf(rest, project);
      return {
        verb,
        stage: stage.name,
        real: target === "cloudflare",
        words: release === undefined ? [] : [release],
      };
    }
    case "promote": {
      const { values, positionals } = promoteWordsOf(rest, project.stages);
      const reason = values.reason === undefined ? [] : [values.reason];
      return {
        verb,
        stage: undefined,
        real: values.target === "cloudflare",
        words: [...positionals, ...reason],
      };
    }
    case "signing-key": {
      const { stage, renew, target } = signingKeyRequestOf(rest, project);
      return {
        verb,
        stage: stage.name,
        real: target === "cloudflare",
        words: renew ? ["--renew"] : [],
      };
    }
    case "rollback": {
      const { values, positionals } = rollbackWordsOf(rest, project.stages);
      const [stage, ...words] = positionals;
      const flags = (["to-bookmark", "undo"] as const).filter((name) => values[name] === true);
      return {
        ...{ verb, stage, real: values.target === "cloudflare" },
        words: [...words, ...flags.map((name) => `--${name}`)],
      };
    }
    case "policy":
      return { verb, stage: policyRequestOf(rest, project).stage.name, real: false, words: [] };
    case "db":
      return dbMeaning(rest);
    default:
      return { verb, stage: undefined, real: false, words: rest };
  }
}

function dbMeaning([name = "", ...rest]: readonly string[]): Meaning {
  if (name === "--help") return { verb: "db --help", stage: undefined, real: false, words: [] };
  const found = commands.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no db ${name}`);
  const { values, positionals } = parseArgs({
    args: [...rest],
    options: found.options,
    allowPositionals: true,
    strict: true,
  });
  const text = (option: string): string | undefined =>
    typeof values[option] === "string" ? values[option] : undefined;
  const given = {
    words: positionals,
    flag: (option: string) => values[option] === true,
    text,
    env: {},
    project,
    root: ".",
    folder: ".",
    say: () => undefined,
  };
  const shape = shapeOf(verbNames().find((each) => each === `db ${name}`) ?? "help");
  const set = Object.keys(shape.options).flatMap((option) => {
    const value = values[option];
    return value === undefined ? [] : [value === true ? `--${option}` : String(value)];
  });
  if (shape.stage === "never")
    return {
      verb: `db ${name}`,
      stage: undefined,
      real: text("target") === "cloudflare",
      words: [...positionals, ...set],
    };
  const place = placeOf(given, Number.POSITIVE_INFINITY);
  return {
    verb: `db ${name}`,
    stage: place.stage.name,
    real: place.target === "cloudflare",
    words: [...place.words, ...set],
  };
}

test("every verb of the command can be told, and every one that is told is there", () => {
  const told = new Set(verbNames().map((verb) => verb.split(" ")[0] ?? ""));
  expect(Object.keys(verbs).filter((verb) => !told.has(verb))).toEqual([]);
  expect([...told].filter((verb) => verb !== "help" && !isVerb(verb))).toEqual([]);
  const ofDb = commands.map(({ name }) => `db ${name}`);
  expect(ofDb.filter((verb) => !(verb in shapes))).toEqual([]);
});

test("what a person is told to type means, to the command line's own parser, what was said", () => {
  const fit = cases.filter(
    ({ meant }) =>
      // Refused there, whatever else was typed.
      meant.verb !== "dev" ||
      project.stages.find(({ name }) => name === meant.stage)?.asksBeforeChange !== true,
  );
  expect(fit.length).toBeGreaterThan(1_000);
  const typed = shellWords(fit.map(({ text }) => text));
  const wrong = fit.flatMap(({ text, meant }, i) => {
    const got = meaningOf(lockstepWords(typed[i] ?? []));
    return JSON.stringify(got) === JSON.stringify(meant) ? [] : [{ text, meant, got }];
  });
  expect(wrong).toEqual([]);
});
