/** A resource of the stack under test, as a row names it. */
export type Name = "database" | "worker" | "version" | "deployment" | "guard";

/** A word of a command: as it is, or the URN of a resource. */
export type Word = string | { readonly urn: Name };

/** Commands of the engine, one after the other, as somebody types them past the recipes; and what the last of them comes to. */
export interface Row {
  /** As the docs show it. */
  readonly typed: string;
  /** What it would do, or does. */
  readonly can: string;
  readonly stops: string;
  /** What is there afterwards. */
  readonly leaves: string;
  readonly commands: readonly (readonly Word[])[];
  /** Of the last one. */
  readonly code: "refused" | "done";
  readonly says: RegExp;
  /** Variables besides those of the shell; "" takes one away. @default - none */
  readonly env?: Readonly<Record<string, string>>;
  /** Before it, a migration is added and the code of a worker changed. @default - nothing is pending */
  readonly pending?: true;
  /** What it takes away from the account, for all that. @default - nothing: the account is byte-equal */
  readonly takes?: "workers";
}

const database: Word = { urn: "database" };
const worker: Word = { urn: "worker" };
const version: Word = { urn: "version" };
const deployment: Word = { urn: "deployment" };
const guard: Word = { urn: "guard" };
const nothing = "everything as it was";
const isProtected = /marked for protection|because it is protected/;
const up = ["up", "--yes"] as const;

/** What the engine's own commands can still do to a protected stage, past every recipe. The docs show these rows, and a test types each of them. */
export const rows: readonly Row[] = [
  {
    typed: "`pulumi up --yes`, `--skip-preview`",
    can: "applies what the files declare, without a plan that somebody saw",
    stops:
      "a coding agent: the program. Anybody else: nothing but what the program, the policy pack and protection refuse in every run",
    leaves: "what is declared",
    commands: [[...up, "--skip-preview"]],
    code: "done",
    says: /unchanged/,
  },
  {
    typed: "the same, run by a coding agent",
    can: "the same",
    stops: "the program, which knows agents by their variables",
    leaves: nothing,
    commands: [up],
    env: { CLAUDECODE: "1" },
    code: "refused",
    says: /is for a person to run/,
  },
  {
    typed: "`pulumi up` without `PULUMI_OPTION_POLICY_PACK`",
    can: "runs without the policies",
    stops: "the program",
    leaves: nothing,
    commands: [up],
    env: { PULUMI_OPTION_POLICY_PACK: "" },
    code: "refused",
    says: /does not run without the policy pack/,
  },
  {
    typed: "`PULUMI_OPTION_IGNORE_PROTECT`, `…_TARGET` and the like in the environment",
    can: "steers every run, unseen",
    stops: "the program: [which ones](#who-agrees-and-which-options)",
    leaves: nothing,
    commands: [up],
    env: { PULUMI_OPTION_IGNORE_PROTECT: "true" },
    code: "refused",
    says: /PULUMI_OPTION_IGNORE_PROTECT/,
  },
  {
    typed: "`pulumi up --replace`, `--target-replace`",
    can: "exchanges a store for an empty one",
    stops: "protection",
    leaves: nothing,
    commands: [[...up, "--replace", database]],
    code: "refused",
    says: isProtected,
  },
  {
    typed: "`pulumi up --replace --ignore-protect`",
    can: "the same",
    stops:
      "Cloudflare: the new one is made first, and the name is taken. Nothing that holds data is ever deleted before it is replaced",
    leaves: nothing,
    commands: [[...up, "--ignore-protect", "--replace", database]],
    code: "refused",
    says: /already has the name|already exists/,
  },
  {
    typed: "`pulumi up --target` a version and its deployment",
    can: "deploys code without the migrations that it needs",
    stops: "the program, before the version is made",
    leaves: nothing,
    pending: true,
    commands: [[...up, "--target", version, "--target", deployment]],
    code: "refused",
    says: /0002_add_tag\.sql/,
  },
  {
    typed: "`pulumi destroy`, `--skip-preview`, `--continue-on-error`",
    can: "deletes everything",
    stops: "protection: the guard is the first that would go",
    leaves: nothing,
    commands: [["destroy", "--yes", "--skip-preview", "--continue-on-error"]],
    code: "refused",
    says: isProtected,
  },
  {
    typed: "`pulumi destroy --exclude-protected`",
    can: "deletes what is not protected: workers, routes",
    stops: "the guard, which is protected and depends on all of it",
    leaves: nothing,
    commands: [["destroy", "--yes", "--exclude-protected"]],
    code: "done",
    says: /unchanged|no unprotected resources/,
  },
  {
    typed: "`pulumi destroy --target --target-dependents`",
    can: "deletes one resource and what depends on it",
    stops: "the guard depends on it",
    leaves: nothing,
    commands: [["destroy", "--yes", "--target", worker, "--target-dependents"]],
    code: "refused",
    says: isProtected,
  },
  {
    typed: "`pulumi destroy --ignore-protect`",
    can: "deletes everything",
    stops: "the guard, by itself",
    leaves: nothing,
    commands: [["destroy", "--yes", "--ignore-protect"]],
    code: "refused",
    says: /nothing of it was deleted/,
  },
  {
    typed: "`pulumi state unprotect --all`, then `pulumi destroy`",
    can: "deletes everything",
    stops: "the guard, by itself",
    leaves: "protection is back with the next `up`",
    commands: [
      ["state", "unprotect", "--all", "--yes"],
      ["destroy", "--yes", "--skip-preview", "--continue-on-error"],
    ],
    code: "refused",
    says: /nothing of it was deleted/,
  },
  {
    typed: "`pulumi state unprotect`, then `pulumi up --replace`",
    can: "exchanges a store for an empty one",
    stops: "Cloudflare: the name is taken",
    leaves: "protection is back with the next `up`",
    commands: [
      ["state", "unprotect", database, "--yes"],
      [...up, "--replace", database],
    ],
    code: "refused",
    says: /already has the name|already exists/,
  },
  {
    typed: "`pulumi state taint`, then `pulumi up`",
    can: "exchanges a store for an empty one",
    stops: "protection; `pulumi state untaint` takes the mark off",
    leaves: nothing,
    commands: [["state", "taint", database, "--yes"], up],
    code: "refused",
    says: isProtected,
  },
  {
    typed: "`pulumi state delete`, `--force`",
    can: "makes the stack forget a store; nothing is deleted at Cloudflare",
    stops: "the engine: the guard depends on it",
    leaves: nothing,
    commands: [["state", "delete", database, "--force", "--yes"]],
    code: "refused",
    says: /can't be safely deleted/,
  },
  {
    typed: "`pulumi state delete --all --force`",
    can: "makes the stack forget everything; nothing is deleted at Cloudflare",
    stops: "nothing",
    leaves:
      "the account as it was, and a state without resources: `just state-restore`, or `pulumi stack import` of a backup",
    commands: [["state", "delete", "--all", "--force", "--yes"]],
    code: "done",
    says: /Resources deleted/,
  },
  {
    typed: "`pulumi state rename`, then `pulumi up`",
    can: "lets a store look as if it were declared no more",
    stops: "protection",
    leaves: "the other name in the state: rename it back",
    commands: [["state", "rename", database, "other", "--yes"], up],
    code: "refused",
    says: isProtected,
  },
  {
    typed: "`pulumi state edit`",
    can: "changes anything in the state",
    stops: "a script: it wants an editor at a terminal. A person: nothing",
    leaves: "what was written; what is gone from the state is not gone at Cloudflare",
    commands: [["state", "edit"]],
    code: "refused",
    says: /EDITOR|interactive|editor/i,
  },
  {
    typed: "`pulumi stack rm`",
    can: "removes the state",
    stops: "the engine, as long as there are resources",
    leaves: nothing,
    commands: [["stack", "rm", "--yes"]],
    code: "refused",
    says: /still has resources/,
  },
  {
    typed: "`pulumi stack rm --force`",
    can: "removes the state; nothing is deleted at Cloudflare. Without `--preserve-config` the stack's file too, with its secrets",
    stops: "nothing",
    leaves: "the account as it was: `pulumi stack init`, then `just state-restore` of a backup",
    commands: [["stack", "rm", "--yes", "--force", "--preserve-config"]],
    code: "done",
    says: /has been removed/,
  },
  {
    typed: "`pulumi config rm lockstep:systems`, then `pulumi up`",
    can: "would leave nothing declared",
    stops: "the program",
    leaves: nothing,
    commands: [["config", "rm", "lockstep:systems"], up],
    code: "refused",
    says: /Missing required configuration variable/,
  },
  {
    typed: "`pulumi config set lockstep:systems`, then `pulumi up`",
    can: "would delete the systems that are not listed",
    stops: "the first resource, which knows what the stack has. A plan that was saved before is void",
    leaves: nothing,
    commands: [["config", "set", "lockstep:systems", '["jobmatch"]'], up],
    code: "refused",
    says: /still has resources in this stack/,
  },
  {
    typed: "`pulumi cancel`",
    can: "takes the lock of a run off the stack, also of one that goes on",
    stops: "nothing; `just unlock` leaves the lock of a process that lives",
    leaves: nothing,
    commands: [["cancel", "--yes"]],
    code: "done",
    says: /./,
  },
  {
    typed: "`pulumi refresh --yes`",
    can: "writes into the state what is at Cloudflare, also that a store is gone",
    stops:
      "nothing; what held data is remembered all the same, and the next `up` refuses to make an empty one",
    leaves: "the account as it was",
    commands: [["refresh", "--yes"]],
    code: "done",
    says: /unchanged/,
  },
  {
    typed: "`pulumi import`",
    can: "takes a resource into the state, protected, that no file declares",
    stops:
      "on the embedded target its provider, which has no address then. On a real account nothing: the next `up` stops at its protection",
    leaves: "the account as it was",
    commands: [["import", "cloudflare:index/workersKvNamespace:WorkersKvNamespace", "x", "a/b", "--yes"]],
    code: "refused",
    says: /is not set, which would mean the real Cloudflare/,
  },
  {
    typed: "`pulumi do`",
    can: "creates, changes and deletes at Cloudflare directly, without program, state and policies",
    stops:
      "on the embedded target that no plugin is there. On a real account nothing but the token's permissions",
    leaves: nothing,
    commands: [["do", "cloudflare", "d1-database", "list"]],
    code: "refused",
    says: /load provider|unable to/,
  },
  {
    typed: "`pulumi neo`",
    can: "lets an agent run commands and change files",
    stops: "it wants Pulumi's own cloud as the backend; there, what stops any other agent",
    leaves: nothing,
    commands: [["neo", "hello", "--print"]],
    code: "refused",
    says: /requires the Pulumi Cloud backend/,
  },
  {
    typed:
      "`pulumi state delete` of the guard with `--force`, then `pulumi destroy --skip-preview --continue-on-error`",
    can: "deletes workers, routes and triggers",
    stops:
      "nothing: who goes so far means it. Stores and workers with Durable Objects are protected one by one",
    leaves: "every store with what it holds, and an outage: the next `up` makes the workers again",
    takes: "workers",
    commands: [
      ["state", "delete", guard, "--force", "--yes"],
      ["destroy", "--yes", "--skip-preview", "--continue-on-error"],
    ],
    code: "refused",
    says: isProtected,
  },
];

/** The rows as the docs show them. */
export const markdown = (): string =>
  [
    "| typed | what it can do | what stops it | what it leaves |",
    "|---|---|---|---|",
    ...rows.map(({ typed, can, stops, leaves }) => `| ${typed} | ${can} | ${stops} | ${leaves} |`),
  ].join("\n");
