import { type CommandPlace, unnamedStage } from "./place.ts";
import { type Args, type Shape, shapeOf, type Verb } from "./verbs.ts";

/**
 * A text for a person in which commands stand as data, because how they are typed depends on where: on the stage, on the target, and on how
 * the project calls the command line. {@link inPlace} makes the text.
 *
 * @example
 * sentence`take it over: ${command("import", { resource: "dome/silo" })}; or declare another name`
 */
export type Sentence = string | readonly Part[];

/** A part of a sentence: its words, or something that is typed. */
export type Part =
  | string
  | {
      readonly kind: "command";
      readonly verb: Verb;
      readonly args: Readonly<Record<string, string | boolean | undefined>>;
    }
  /** A verb by its name, or with its usage: nobody is told to type it as it stands there. */
  | { readonly kind: "verb"; readonly verb: Verb; readonly words: string }
  /** The shell in which plain `pulumi` works on the embedded target; or the one in which wrangler does. */
  | { readonly kind: "shell"; readonly wrangler: boolean }
  /** `words` as a shell takes them. Where it is about a stack that is named behind them. */
  | { readonly kind: "pulumi"; readonly words: string; readonly ofStack: boolean; readonly stage?: string };

/** A sentence of words and parts; sentences in it become part of it. */
export function sentence(
  words: TemplateStringsArray,
  ...parts: readonly (Part | Sentence | number)[]
): Sentence {
  return joined(
    words.flatMap((text, i): Part[] => {
      const part = parts[i];
      if (part === undefined) return [text];
      return typeof part === "number" ? [text, String(part)] : [text, ...partsOf(part)];
    }),
  );
}

/** A command that a person is told to type; stage and target are those of the place, unless a stage is given. */
export const command = <V extends Verb>(
  verb: V,
  ...[args]: Record<never, never> extends Args<V> ? [args?: Args<V>] : [args: Args<V>]
): Part => ({ kind: "command", verb, args: { ...args } });

/** A command that is only spoken of. @param words its usage: `<worker> [--stage <stage>]` */
export const named = (verb: Verb, words = ""): Part => ({ kind: "verb", verb, words });

/** `eval "$(npm run -s env)"`: a shell for the embedded target. */
export const embeddedShell: Part = { kind: "shell", wrangler: false };
export const wranglerShell: Part = { kind: "shell", wrangler: true };

/** A command of pulumi about the place's stack, or about the one of a stage that is given. */
export const pulumiOfStack = (words: string, stage?: string): Part => ({
  kind: "pulumi",
  words,
  ofStack: true,
  ...(stage === undefined ? {} : { stage }),
});
/** A command of pulumi about no stack, or about one that its words name. */
export const pulumi = (words: string): Part => ({ kind: "pulumi", words, ofStack: false });

/** The sentence as it is read at this place. Every command in it can be copied. */
export const inPlace = (said: Part | Sentence, place: CommandPlace): string =>
  partsOf(said)
    .map((part) => textOf(part, place))
    .join("");

const partsOf = (said: Part | Sentence): readonly Part[] =>
  typeof said === "string" || "kind" in said ? [said] : said;

/** Sentences one below the other. */
export const lines = (all: readonly Sentence[]): Sentence =>
  joined(all.flatMap((each, i) => (i === 0 ? partsOf(each) : ["\n", ...partsOf(each)])));

function joined(parts: readonly Part[]): Sentence {
  const merged: Part[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (typeof part === "string" && typeof last === "string") merged.splice(-1, 1, last + part);
    else if (part !== "") merged.push(part);
  }
  const [only = "", ...others] = merged;
  return others.length === 0 && typeof only === "string" ? only : merged;
}

function textOf(part: Part, place: CommandPlace): string {
  if (typeof part === "string") return part;
  switch (part.kind) {
    case "command":
      return commandText(part.verb, part.args, place);
    case "verb":
      return called(part.verb, part.words === "" ? [] : [part.words], place);
    case "shell":
      return shellText(part.wrangler, place);
    case "pulumi": {
      const stage = part.stage ?? place.stage ?? "<stage>";
      return `pulumi ${part.words}${part.ofStack ? ` --stack ${stage}` : ""}`;
    }
    default:
      return part satisfies never;
  }
}

function shellText(wrangler: boolean, { shell }: CommandPlace): string {
  if (shell === "npm") return `eval "$(npm run -s env${wrangler ? " -- --wrangler" : ""})"`;
  return `eval "$(npx lockstep env${wrangler ? " --wrangler" : ""})"`;
}

function called(verb: Verb, words: readonly string[], { caller }: CommandPlace): string {
  const { recipe } = shapeOf(verb);
  const byNpx = verb === "help" ? "npx lockstep --help" : `npx lockstep ${verb}`;
  const name = caller === "just" && recipe !== undefined ? recipe : byNpx;
  // npm keeps what stands before the dashes for itself.
  return [name, ...(name.startsWith("npm ") && words.length > 0 ? ["--"] : []), ...words].join(" ");
}

function commandText(
  verb: Verb,
  args: Readonly<Record<string, string | boolean | undefined>>,
  place: CommandPlace,
): string {
  const shape = shapeOf(verb);
  const target = shape.hasTarget && place.real ? ["--target", "cloudflare"] : [];
  const stage = stageWords(shape, args["stage"], place);
  const words = shape.words.flatMap((word) =>
    word === "stage" ? [...stage, ...target] : given(args[word.replace("?", "")]).map(quoted),
  );
  const behind = shape.words.includes("stage") ? [] : [...stage, ...target];
  const options = Object.entries(shape.options).flatMap(([name, kind]) => {
    const value = args[name];
    if (kind === "flag") return value === true ? [`--${name}`] : [];
    return given(value).flatMap((text) => [`--${name}`, kind === "text" ? inQuotes(text) : quoted(text)]);
  });
  const typed = [...words, ...options, ...behind];
  return called(verb, typed, place);
}

const given = (value: string | boolean | undefined): readonly string[] =>
  typeof value === "string" ? [value] : [];

function stageWords(
  { stage, hasTarget }: Shape,
  asked: string | boolean | undefined,
  place: CommandPlace,
): readonly string[] {
  const explicit = given(asked);
  const meant = !(hasTarget && place.real) && (place.stage ?? unnamedStage) === unnamedStage;
  switch (stage) {
    case "always":
      return explicit.length > 0 ? explicit : [place.stage ?? "<stage>"];
    case "unlessMeant":
      if (explicit.length > 0 || meant) return explicit;
      return [place.stage ?? "<stage>"];
    case "asOption": {
      const name = explicit[0] ?? place.stage ?? unnamedStage;
      return name === unnamedStage ? [] : ["--stage", name];
    }
    case "whenGiven":
      return explicit;
    case "never":
      return [];
    default:
      return stage satisfies never;
  }
}

/** A word as a shell takes it. Words such as `<database>` stand for others, and are left for the eye. */
const quoted = (word: string): string => (/^(?:[\w./:@=,+%-]|<[\w-]+>)+$/.test(word) ? word : inQuotes(word));

const inQuotes = (word: string): string => `"${word.replace(/["\\$`]/g, "\\$&")}"`;
