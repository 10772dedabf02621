import { parseArgs } from "node:util";
import { named, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { meantStage, type Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";

export const commands = [
  "preview",
  "up",
  "deploy",
  "destroy",
  "init",
  "drift",
  "status",
  "outputs",
  "summary",
  "verify",
  "import",
  "retire",
  "secret",
  "forget",
  "unlock",
] as const;
export type Command = (typeof commands)[number];

/**
 * What stands behind the words that every command knows: options of pulumi, or only those that are named here. One that nothing reads may be the
 * one that was to hold it back.
 */
const further: Readonly<Record<Command, "pulumi's" | readonly string[]>> = {
  preview: "pulumi's",
  up: "pulumi's",
  deploy: "pulumi's",
  destroy: "pulumi's",
  init: "pulumi's",
  drift: "pulumi's",
  secret: "pulumi's",
  status: ["--json"],
  outputs: ["--json"],
  summary: [],
  verify: [],
  import: [],
  retire: [],
  forget: [],
  unlock: [],
};

/** Where a recipe works: `--target`. */
export type TargetName = "embedded" | "cloudflare";

/** What was asked for on the command line. */
export interface Request {
  readonly command: Command;
  readonly stages: readonly Stage[];
  readonly target: TargetName;
  /** The stage's name, where it was typed on the command line instead of at the prompt; "" for a bare `--yes`. */
  readonly yes: string | undefined;
  readonly emptyBuckets: boolean;
  /** Whether `drift` puts back what it finds. */
  readonly repair: boolean;
  /** Why, where something is decided that others will ask about. */
  readonly reason: string | undefined;
  /** What the command works on besides the stage. */
  readonly subject: string | undefined;
  /** The saved plan that is applied. */
  readonly plan: string | undefined;
  /** Where a plan that is made now is put. */
  readonly savePlan: string | undefined;
  /** The digest of that plan, from who has seen it. */
  readonly confirm: string | undefined;
  /** Whether a preview that saves its plan puts out the digest alone, for a script. */
  readonly digest: boolean;
  /** What kind of resource an `import` means. @default - the store or worker of that name */
  readonly kind: string | undefined;
  /** Handed on to pulumi as they are. */
  readonly rest: readonly string[];
}

const usage = sentence`\`${named("help")}\` shows the commands and their words; after those: [--target cloudflare] [--yes <stage>] [--json] [options of pulumi]`;

/** Reads a command line such as `up prod --target cloudflare --yes prod --diff`. */
export function requestOf(args: readonly string[], project: Project): Request {
  const { stages } = project;
  const isStage = (word: string | undefined): boolean => stages.some(({ name }) => name === word);
  const own: string[] = [];
  const rest: string[] = [];
  let json = false;
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    const next = args[at + 1];
    if (word === "--") {
      rest.push(...args.slice(at + 1));
      break;
    }
    if (word === "--target" && !isUrn(next)) own.push(word, args[++at] ?? "");
    else if (word === "--yes" || word === "-y") own.push(`--yes=${isStage(next) ? args[++at] : ""}`);
    else if (word === "--reason") own.push(`--reason=${args[++at] ?? ""}`);
    else if (/^--(target|yes)=/.test(word) && !isUrn(word)) own.push(word);
    else if (word.startsWith("--reason=")) own.push(word);
    else if (["--plan", "--save-plan", "--confirm"].includes(word)) own.push(`${word}=${args[++at] ?? ""}`);
    else if (/^--(plan|save-plan|confirm)=/.test(word)) own.push(word);
    else if (["--empty-buckets", "--digest", "--repair"].includes(word)) own.push(word);
    else if (word === "--json") json = true;
    // What follows an option of pulumi may be its value.
    else if (word.startsWith("-") || rest.length > 0) rest.push(word);
    else own.push(word);
  }
  const { values, positionals } = parseArgs({
    args: own,
    allowPositionals: true,
    options: {
      target: { type: "string" },
      yes: { type: "string" },
      reason: { type: "string" },
      plan: { type: "string" },
      "save-plan": { type: "string" },
      confirm: { type: "string" },
      digest: { type: "boolean", default: false },
      "empty-buckets": { type: "boolean", default: false },
      repair: { type: "boolean", default: false },
    },
  });
  const [name = "", first = "", ...words] = positionals;
  // `import <stage> [<kind>] <name>`: the kind only where two have one name, or where it is no store or worker.
  const kind = name === "import" && words.length > 1 ? words.shift() : undefined;
  const [second, ...more] = words;
  // `retire <system> <stage>` reads better than the other way round.
  const [said, subject] = name === "retire" ? [second ?? "", first] : [first, second];
  const command = commands.find((each) => each === name);
  if (command === undefined) throw unknown("There is no such command", name, commands.join(", "));
  const handedOn = json ? [...rest, "--json"] : rest;
  const target = targetNamed(values.target);
  const stage = said === "" ? defaultStage(command, target, rest, project) : said;
  const chosen = stage === "all" ? stages : stages.filter((each) => each.name === stage);
  if (chosen.length === 0 || (stage === "all" && command !== "up" && command !== "preview")) {
    throw unknown("There is no such stage", stage, stages.map((each) => each.name).join(", "));
  }
  refuseFurther(command, handedOn);
  const needsSubject = command === "import" || command === "retire" || command === "forget";
  if (needsSubject && subject === undefined)
    throw unknown(`${command} needs to know what`, "nothing", subjects[command]);
  const mayHaveSubject = needsSubject || command === "verify" || command === "secret";
  const extra = mayHaveSubject ? more : [...(subject === undefined ? [] : [subject]), ...more];
  if (extra.length > 0)
    throw unknown(
      "Too many words",
      extra.join(" "),
      sentence`options, after the words that \`${named("help")}\` shows`,
    );
  return {
    command,
    stages: chosen,
    target,
    yes: values.yes,
    emptyBuckets: values["empty-buckets"],
    repair: values.repair,
    reason: values.reason,
    subject,
    ...planOf(command, values, json),
    kind,
    rest: handedOn,
  };
}

function refuseFurther(command: Command, rest: readonly string[]): void {
  const known = further[command];
  if (known === "pulumi's") return;
  const strange = rest.filter((word) => !known.includes(word));
  if (strange.length > 0)
    throw unknown(
      `${command} takes no such option`,
      strange.join(" "),
      known.length === 0 ? "none besides --target, --yes and those in its help" : known.join(", "),
    );
}

/** A preview saves a plan, an `up` applies one, a `deploy` and a repair do either; anything else has none. */
function planOf(
  command: Command,
  given: { plan?: string; "save-plan"?: string; confirm?: string; digest: boolean; repair: boolean },
  isJson: boolean,
): Pick<Request, "plan" | "savePlan" | "confirm" | "digest"> {
  const { plan, "save-plan": savePlan, confirm, digest, repair } = given;
  const either = command === "deploy" || (command === "drift" && repair);
  const applies = command === "up" || either;
  const saves = command === "preview" || (either && plan === undefined);
  const stray = [
    ...(repair && command !== "drift" ? ["--repair"] : []),
    ...(repair && isJson ? ["--json beside --repair"] : []),
    ...(plan !== undefined && !applies ? ["--plan"] : []),
    ...(confirm !== undefined && !(applies && plan !== undefined) ? ["--confirm"] : []),
    ...(savePlan !== undefined && !saves ? ["--save-plan"] : []),
    ...(digest && (command !== "preview" || savePlan === undefined) ? ["--digest"] : []),
  ];
  if (stray.length > 0)
    throw unknown(
      `${command} takes no such option`,
      stray.join(" "),
      "preview --save-plan <file> [--digest], up --plan <file> --confirm <digest>, deploy and drift --repair with either",
    );
  if (plan === "" || savePlan === "" || confirm === "")
    throw unknown("A value is missing", "nothing", "a value behind each option");
  return { plan, savePlan, confirm, digest };
}

/**
 * `just pulumi-preview --diff` leaves the stage out, and means the first one as `just pulumi-preview` does. Not for a real account, and not where
 * a word behind an option could be the stage.
 */
function defaultStage(
  command: Command,
  target: TargetName,
  rest: readonly string[],
  project: Project,
): string {
  const subjectless = command !== "import" && command !== "retire" && command !== "forget";
  if (subjectless && target === "embedded" && rest.every((word) => word.startsWith("-")))
    return meantStage(project).name;
  throw unknown(
    "The stage has to be named, before any options",
    rest.join(" "),
    project.stages.map(({ name }) => name).join(", "),
  );
}

/** The target of a `--target`, embedded where there is none. Throws UserError for any other word. */
export function targetNamed(word: string | undefined): TargetName {
  if (word === undefined || word === "embedded" || word === "cloudflare") return word ?? "embedded";
  throw new UserError({
    what: "There is no such target",
    where: "--target",
    got: word === "" ? "nothing" : word,
    expected: "embedded, cloudflare",
    fix: "--target cloudflare for a real account; nothing for the embedded one",
  });
}

/** `--target <urn>` is pulumi's option, `--target cloudflare` is ours. */
const isUrn = (word: string | undefined): boolean =>
  word?.includes(":") === true || word?.includes("*") === true;

const subjects: Readonly<Record<"import" | "retire" | "forget", string>> = {
  import: "[<kind>] <system>/<name>",
  retire: "a system, or <system>/<name>",
  forget: "<system>/<name>",
};

const unknown = (what: string, got: string, expected: Sentence): UserError =>
  new UserError({ what, where: "the command line", got: got === "" ? "nothing" : got, expected, fix: usage });
