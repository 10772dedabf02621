import { holdLittle } from "./backup/hold-little.ts";
import type { Verb } from "./verb.ts";

/** Verbs that change or show stacks share a module; each is told its own name. */
const ofStacks = (name: string, usage: string, summary: string): Verb => ({
  usage,
  summary,
  load: async () => {
    const { run } = await import("./stack.ts");
    return { run: (args, place) => run([name, ...args], place) };
  },
});

/** Verbs through which whole databases go. */
function holdingLittle<Module>(load: () => Promise<Module>): Promise<Module> {
  holdLittle();
  return load();
}

/** Every verb of the command, in the order in which help shows them. */
export const verbs = {
  init: {
    usage: "init [--no-install]",
    summary: "make this folder a project: a system, two stages, a test",
    load: () => import("./init/init.ts"),
  },
  start: {
    usage: "start [--once]",
    summary: "bring the first stage up on the embedded Cloudflare and show its addresses",
    load: () => import("./start/start.ts"),
  },
  env: {
    usage: "env [--wrangler]",
    summary: 'the exports of a shell for the embedded target: eval "$(npx lockstep env)"',
    load: () => import("./env.ts"),
  },
  preview: ofStacks(
    "preview",
    "preview [<stage> | all] [--json] [--save-plan <file>]",
    "show what an up would change",
  ),
  up: ofStacks(
    "up",
    "up [<stage> | all] [--yes [<stage>] | --plan <file> --confirm <digest>]",
    "bring a stage up",
  ),
  deploy: ofStacks(
    "deploy",
    "deploy [<stage>] [--json] [--save-plan <file> | --plan <file> --confirm <digest>]",
    "plan, show what the plan reaches and what is at stake, ask, apply exactly that plan",
  ),
  destroy: ofStacks("destroy", "destroy [<stage>] [--empty-buckets]", "take a stage down, with its data"),
  drift: ofStacks(
    "drift",
    "drift [<stage>] [--json | --repair [--save-plan <file> | --plan <file> --confirm <digest>]]",
    "what is otherwise at Cloudflare than a stage's stack left it, and who changed it; --repair puts it back",
  ),
  release: {
    usage:
      "release <stage> [--warm-up <file>] [--yes [<stage>]] [--json] | --resume | --abort | --pause | --promote | --skip-gate <name> | --approve <name>",
    summary: "bring new versions to people in steps, each held to the gates of the system's plan",
    load: () => import("./release/release.ts"),
  },
  releases: {
    usage: "releases <stage> [<release>] [--json | --markdown]",
    summary: "the releases of a stage, and what one of them did and measured; --markdown: as a comment",
    load: () => import("./release/releases.ts"),
  },
  promote: {
    usage: "promote <from> <to> [--yes [<to>]] [--json] [--reason <why it begins in a freeze>]",
    summary:
      "release to a stage exactly what the stage before it serves, once that has served it for its bake time",
    load: () => import("./release/promote/promote.ts"),
  },
  "signing-key": {
    usage: "signing-key <stage> [--renew] [--yes [<stage>]]",
    summary: "make the key that a stage signs with what it serves, so that this can be promoted",
    load: () => import("./release/promote/signing-key.ts"),
  },
  rollback: {
    usage: "rollback <stage> [<version>] [--to-bookmark] [--yes [<stage>]] | rollback <stage> --undo",
    summary: "let the versions before the last release answer everything again, or one that is named",
    load: () => import("./release/rollback/rollback.ts"),
  },
  status: ofStacks(
    "status",
    "status [<stage>] [--json]",
    "how a stage is: what serves, what is stored, what waits, what to look at",
  ),
  checklist: {
    usage: "checklist [<stage>] [--phase <phase>] [--json | --markdown] [--sign <item> --by <name>]",
    summary: "what a rollout goes through: each item ticked by a check that runs now, or signed by a person",
    load: () => import("./checklist/checklist.ts"),
  },
  logs: {
    usage: "logs [<stage>] [<worker>] [--since <2h>] [--follow] [--errors] [--search <text>] [--json]",
    summary: "what the workers of a stage do and say, as it comes; with --since what they did before",
    load: () => import("./logs/logs.ts"),
  },
  outputs: ofStacks(
    "outputs",
    "outputs [<stage>] [--json]",
    "what a stage that is up has: addresses, ids, versions, bookmarks",
  ),
  summary: ofStacks(
    "summary",
    "summary [<stage>]",
    "what a stage that is up has, in Markdown: for the page of a CI job",
  ),
  verify: ofStacks(
    "verify",
    "verify [<stage>] [<system>]",
    "ask the workers of a stage at their smoke paths",
  ),
  stage: {
    usage: "stage <branch> [--systems]",
    summary: "the name of the stage that a branch is deployed to",
    load: () => import("./stage.ts"),
  },
  validate: {
    usage: "validate [<stage>] [--json | --github]",
    summary: "everything that is wrong with systems, stages and migrations; asks no engine and no account",
    load: () => import("./validate/validate.ts"),
  },
  policy: {
    usage: "policy [<stage>] [--json | --sarif] [--state <file>]",
    summary:
      "what the policy rules find in what a stage declares, or in a state; asks no engine and no account",
    load: () => import("./policy/policy.ts"),
  },
  "pr-report": {
    usage: "pr-report [--target cloudflare] [--save <file> | --from <file>]",
    summary: "what a change would do to every stage, as one comment for a pull request",
    load: () => import("./pull-request/pr-report.ts"),
  },
  token: {
    usage: "token <stage> <verb> [--json]",
    summary: "the API token that a verb needs on a stage and nothing more: as a table, as clicks, as a call",
    load: () => import("./token/token.ts"),
  },
  github: {
    usage: "github comment <report> --head <commit> | github drift <file>… | github backup <stage> <result>",
    summary:
      "what a job of GitHub Actions writes: the comment of a pull request, the issues about drift and about backups",
    load: () => import("./github/github.ts"),
  },
  sweep: {
    usage: 'sweep [<stage>] [--json | --delete <name>… [--yes "delete <n>"]]',
    summary: "what an account has that no stack has: owned, orphan or foreign; away with orphans, by name",
    load: () => import("./sweep/sweep.ts"),
  },
  diagram: {
    usage: "diagram [<system>] [--json]",
    summary: "a picture of what is declared, as Mermaid",
    load: () => import("./diagram.ts"),
  },
  dev: {
    usage: "dev [<worker>] [--stage <stage>]",
    summary: "serve what is saved at once, and show what workers log",
    load: () => import("./dev/dev.ts"),
  },
  cron: {
    usage: 'cron <worker> ["<cron>"] [--stage <stage>]',
    summary: "run a worker's cron trigger now, on the embedded Cloudflare",
    load: () => import("./dev/cron.ts"),
  },
  db: {
    usage: "db <command>",
    summary: "migrations: new, lint, plan, status, rehearse … (db --help)",
    load: () => import("./db.ts"),
  },
  forget: ofStacks(
    "forget",
    'forget <stage> <system>/<name> --reason "why"',
    "give up a store that is gone, so that the next up makes an empty one",
  ),
  unlock: ofStacks(
    "unlock",
    "unlock [<stage>] [--yes <stage>]",
    "show who holds a stage, and take off the lock of a run that has ended",
  ),
  secret: ofStacks(
    "secret",
    "secret [<stage>] [<name>] [--json]",
    "which secrets of a stage are set, missing or unused; with a name: set or rotate it",
  ),
  import: ofStacks("import", "import <stage> [<kind>] <name>", "take over a resource that exists already"),
  retire: ofStacks(
    "retire",
    "retire <system>[/<store>] <stage>",
    "take a system or a store off a stage, with what it holds",
  ),
  "stack-init": ofStacks("init", "stack-init [<stage>]", "make the stack of a stage"),
  backup: {
    usage:
      "backup <stage> [--to <folder>] [--rows-per-second <n>] | backup check <stage> | backup prune <stage> [--dry-run] | backup key <stage> <file>",
    summary:
      "write one encrypted backup of all databases and namespaces of a stage; let old ones go; make the key that opens them",
    load: () => holdingLittle(() => import("./backup/backup.ts")),
  },
  restore: {
    usage:
      "restore <stage> [--from <backup>] [--into new | --table <table> | --class <class>] [--identity <file>] | restore <stage> --undo | restore <stage> --at <time>",
    summary:
      "put a backup into the place of what serves, which is kept; or only beside it; put rows of one table back, or what objects of one class had stored; switch back; or put what serves back to a time",
    load: () => holdingLittle(() => import("./backup/restore/restore.ts")),
  },
  drill: {
    usage: "drill <stage> [--from <backup>] [--identity <file>] [--json]",
    summary:
      "prove a backup: restore it into the embedded Cloudflare, compare it row by row, write that down",
    load: () => holdingLittle(() => import("./backup/drill.ts")),
  },
  reindex: {
    usage:
      "reindex <stage> <index> [--dry-run | --fill-only] [--json] | reindex <stage> <index> --undo | reindex <stage> <index> --catch-up",
    summary:
      "fill a Vectorize index of another model or shape beside the one that serves, compare both, and put it into its place; or switch back",
    load: () => import("./reindex/reindex.ts"),
  },
  state: {
    usage: "state backup <stage> [<folder>] | state restore <stage> <file>",
    summary: "what Pulumi knows of a stack, in a file and back",
    load: () => import("./state/state.ts"),
  },
  aliases: {
    usage: "aliases [--json]",
    summary: "what stands on the embedded target for the ids that wrangler projects name",
    load: () => import("./aliases.ts"),
  },
  embedded: {
    usage: "embedded [--port <n>] [--data <folder>]",
    summary: "the embedded Cloudflare alone, for any client of the v4 API",
    load: () => import("../embedded/main.ts"),
  },
  doctor: {
    usage: "doctor [--json]",
    summary: "what was found on this machine, and what is missing",
    load: () => import("../toolchain/doctor.ts"),
  },
  clean: {
    usage: "clean [all]",
    summary: "remove embedded data, embedded state and caches of this project",
    load: () => import("./clean.ts"),
  },
} as const satisfies Readonly<Record<string, Verb>>;

export type VerbName = keyof typeof verbs;

export const isVerb = (name: string): name is VerbName => Object.hasOwn(verbs, name);
