/** What a verb of the command line takes, and what a project with our justfile calls it by. */
export interface Shape {
  /** The words before the arguments, in such a project. Without one it is called by npx there too. */
  readonly recipe?: string;
  /**
   * When its stage is named. `always`; `unlessMeant`: only where it is not the one that is meant without a word; `asOption`: the same, behind
   * `--stage`; `whenGiven`: where the text says so, because the place of the mistake is not that of the repair; `never`: it has none.
   */
  readonly stage: "always" | "unlessMeant" | "asOption" | "whenGiven" | "never";
  /** Whether `--target` sends it to a real account. */
  readonly hasTarget: boolean;
  /** In order; `stage` stands for the stage. A name with a question mark may be left out. */
  readonly words: readonly string[];
  /** A flag has no value; a value stands behind its option; a text stands there in quotes. */
  readonly options: Readonly<Record<string, "flag" | "value" | "text">>;
}

const stack = { stage: "always", hasTarget: true, words: ["stage"], options: {} } as const;
const db = { stage: "unlessMeant", hasTarget: true, options: {} } as const;
const plain = { stage: "never", hasTarget: false, words: [], options: {} } as const;

/** Every verb of the command line that a person may be told to type. */
export const verbs = {
  help: { ...plain, recipe: "just --list" },
  init: { ...plain },
  start: { ...plain, recipe: "npm start", options: { once: "flag" } },
  env: { ...plain, recipe: "npm run env", options: { wrangler: "flag" } },
  embedded: { ...plain, recipe: "npm run embedded" },
  doctor: { ...plain, recipe: "just doctor" },
  clean: { ...plain, recipe: "just clean" },
  dev: { ...plain, recipe: "just dev", stage: "asOption", words: ["worker?"] },
  aliases: { ...plain, recipe: "just aliases" },
  cron: { ...plain, recipe: "just cron", stage: "asOption", words: ["worker"] },
  diagram: { ...plain, recipe: "just diagram", words: ["system?"] },
  validate: { ...plain, recipe: "just validate" },
  policy: { ...plain, recipe: "just policy", stage: "always", words: ["stage"] },
  sweep: { ...stack, recipe: "just sweep", words: ["stage"] },
  "github comment": { ...plain, words: ["report"] },
  "github drift": { ...plain, words: ["file"] },
  "github backup": { ...plain, words: ["of", "result"] },
  "pr-report": {
    ...plain,
    recipe: "just pr-report",
    hasTarget: true,
    options: { save: "value" },
  },
  up: { ...stack, recipe: "just pulumi-up" },
  deploy: { ...stack, recipe: "just deploy" },
  preview: { ...stack, recipe: "just pulumi-preview" },
  destroy: { ...stack, recipe: "just pulumi-destroy", options: { "empty-buckets": "flag" } },
  drift: { ...stack, recipe: "just drift", options: { repair: "flag" } },
  status: { ...stack, recipe: "just status" },
  checklist: { ...stack, recipe: "just checklist" },
  logs: { ...stack, recipe: "just logs", words: ["stage", "worker?"] },
  outputs: { ...stack, recipe: "just outputs" },
  summary: { ...stack, recipe: "just summary" },
  token: { ...stack, recipe: "just token", words: ["stage", "verb"] },
  verify: { ...stack, recipe: "just verify", words: ["stage", "system?"] },
  release: {
    ...stack,
    recipe: "just release",
    options: { resume: "flag", abort: "flag", promote: "flag", approve: "value", reason: "text" },
  },
  releases: { ...stack, recipe: "just releases", words: ["stage", "release?"] },
  promote: {
    ...stack,
    stage: "never",
    recipe: "just promote",
    words: ["from", "to"],
    options: { reason: "text" },
  },
  "signing-key": { ...stack, recipe: "just signing-key", options: { renew: "flag" } },
  rollback: {
    ...stack,
    recipe: "just rollback",
    words: ["stage", "version?"],
    options: { "to-bookmark": "flag", undo: "flag" },
  },
  stage: { ...plain, words: ["branch"] },
  import: { ...stack, recipe: "just import", words: ["stage", "resource"] },
  retire: {
    ...stack,
    recipe: "just retire",
    words: ["system", "stage"],
    options: { "empty-buckets": "flag" },
  },
  forget: { ...stack, recipe: "just forget", words: ["stage", "resource"], options: { reason: "text" } },
  unlock: { ...stack, recipe: "just unlock" },
  secret: { ...stack, recipe: "just secret", words: ["stage", "name?"] },
  "stack-init": { ...stack, recipe: "just pulumi-stack-init" },
  backup: { ...stack, recipe: "just backup" },
  "backup check": { ...stack, recipe: "just backup-check" },
  "backup prune": { ...stack, recipe: "just backup-prune" },
  "backup key": { ...plain, stage: "always", recipe: "just backup-key", words: ["stage", "file"] },
  restore: { ...stack, recipe: "just restore", options: { undo: "flag", at: "value" } },
  drill: { ...stack, recipe: "just drill" },
  reindex: {
    ...stack,
    recipe: "just reindex",
    words: ["stage", "index"],
    options: { undo: "flag", "catch-up": "flag", "take-over": "flag", again: "flag" },
  },
  "state backup": { ...stack, recipe: "just state-backup", words: ["stage", "folder?"] },
  "state restore": { ...stack, recipe: "just state-restore", words: ["stage", "file"] },
  "db --help": { ...plain, recipe: "just db --help" },
  "db new": {
    ...plain,
    recipe: "just db new",
    words: ["database?", "name?"],
    options: { rename: "value" },
  },
  "db lint": { ...plain, recipe: "just db lint", words: ["database?"], options: { update: "flag" } },
  "db status": { ...db, recipe: "just db status", words: ["stage", "database?"] },
  "db plan": { ...db, recipe: "just db plan", words: ["stage", "database?"] },
  "db advise": { ...db, recipe: "just db advise", words: ["stage", "database?"], options: { write: "flag" } },
  "db rehearse": { ...db, recipe: "just db rehearse", words: ["stage", "database?"] },
  "db seed": { ...db, recipe: "just db seed", words: ["stage", "database?"] },
  "db reset": {
    ...db,
    stage: "always",
    hasTarget: false,
    recipe: "just db reset",
    words: ["stage", "database?"],
  },
  "db generate": { ...plain, recipe: "just db generate", words: ["database"] },
  "db reindex": { ...db, recipe: "just db reindex", words: ["stage", "index"] },
  // Of two stages, whose target is the same.
  "db copy": { ...db, stage: "never", recipe: "just db copy", words: ["from", "to", "database"] },
  "db contract": {
    ...db,
    recipe: "just db contract",
    words: ["stage", "database?"],
    options: { unmeasured: "text" },
  },
  "db query": { ...db, recipe: "just db query", words: ["stage", "database?", "sql?"] },
  "db shell": { ...db, recipe: "just db shell", words: ["stage", "database?"] },
  // Of two databases, each with its stage. The target is that of both.
  "db diff": { ...db, stage: "never", recipe: "just db diff", words: ["left?", "right?"] },
  // Only the embedded target records statements, whatever target they are then held against.
  "db corpus": { ...db, stage: "whenGiven", hasTarget: false, recipe: "just db corpus", words: ["stage"] },
  // Of the files that all stages share.
  "db squash": {
    ...db,
    stage: "never",
    recipe: "just db squash",
    words: ["database?"],
    options: { through: "value", name: "value" },
  },
  "db baseline": {
    ...db,
    recipe: "just db baseline",
    words: ["stage", "database?"],
    options: { infer: "flag", through: "value", reason: "text" },
  },
  "db accept": {
    ...db,
    recipe: "just db accept",
    words: ["stage", "database?", "file?"],
    options: { drift: "flag", reason: "text" },
  },
} as const satisfies Readonly<Record<string, Shape>>;

export type Verb = keyof typeof verbs;
type Table = typeof verbs;

type Words<V extends Verb> = Table[V]["words"][number];
type Needed<Word> = Word extends "stage" | `${string}?` ? never : Word;
type Left<Word> = Word extends `${infer Name}?` ? Name : never;
type Options<V extends Verb> = Table[V]["options"];

/** What a verb is called with: its words and options by name, and the stage where the place of the mistake is not to say it. */
export type Args<V extends Verb> = { readonly [Word in Needed<Words<V>> & string]: string } & {
  readonly [Word in Left<Words<V>>]?: string | undefined;
} & {
  readonly [Option in keyof Options<V>]?: (Options<V>[Option] extends "flag" ? boolean : string) | undefined;
} & { readonly stage?: string | undefined };

export const shapeOf = (verb: Verb): Shape => verbs[verb];

/** The recipes that a justfile has to have to be ours. */
export const recipes: readonly string[] = [
  ...new Set(
    Object.values<Shape>(verbs).flatMap(({ recipe = "" }) => /^just ([a-z][\w-]*)/.exec(recipe)?.[1] ?? []),
  ),
];
