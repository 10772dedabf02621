import type { Verb } from "../../src/diagnostic/verbs.ts";
import type { Permission } from "../../src/permissions/permission.ts";
import type { Operation } from "../../src/resources/kinds/registered.ts";

/** What a verb asks an account for. */
export type VerbNeeds =
  /** Nothing: it needs no token. */
  | { readonly kind: "nothing" }
  /** These things of each resource of the stage, and what no resource accounts for. */
  | {
      readonly kind: "stage";
      readonly operations: readonly Operation[];
      readonly more: readonly Permission[];
    }
  /** Its D1 databases, whatever else it has. */
  | { readonly kind: "databases"; readonly permissions: readonly Permission[] };

const nothing: VerbNeeds = { kind: "nothing" };
const looks: VerbNeeds = { kind: "stage", operations: ["look"], more: [] };
/** A release changes and measures. */
const driving: VerbNeeds = {
  kind: "stage",
  operations: ["look", "create", "update", "delete"],
  more: ["Account Analytics:Read"],
};
const changes: VerbNeeds = { kind: "stage", operations: ["look", "create", "update", "delete"], more: [] };
const reads: VerbNeeds = { kind: "databases", permissions: ["D1:Read"] };
const writes: VerbNeeds = { kind: "databases", permissions: ["D1:Read", "D1:Edit"] };
/** The code that serves is asked for too. */
const readsWithCode: VerbNeeds = {
  kind: "databases",
  permissions: ["D1:Read", "Workers:Metadata Read-Only"],
};

/** Every verb that a person may be told to type. */
export const verbNeeds: Readonly<Record<Verb, VerbNeeds>> = {
  help: nothing,
  init: nothing,
  start: nothing,
  env: nothing,
  embedded: nothing,
  doctor: nothing,
  clean: nothing,
  dev: nothing,
  aliases: nothing,
  cron: nothing,
  diagram: nothing,
  validate: nothing,
  policy: nothing,
  token: nothing,
  "pr-report": looks,
  sweep: looks,
  "github comment": { kind: "nothing" },
  "github drift": { kind: "nothing" },
  "github backup": { kind: "nothing" },
  preview: looks,
  up: changes,
  deploy: changes,
  // Each step of it is an up; what it measures is in the role that reads Workers, of those that nobody observes in the account's analytics.
  release: driving,
  releases: nothing,
  // Its up is of deployments alone; the databases are asked for their schemas.
  promote: driving,
  "signing-key": nothing,
  rollback: changes,
  destroy: { kind: "stage", operations: ["delete"], more: [] },
  drift: { kind: "stage", operations: ["look", "refresh"], more: [] },
  status: { kind: "stage", operations: ["look", "measure"], more: ["Account Analytics:Read"] },
  // Its own stage and the one before it, which has the same kinds.
  checklist: {
    kind: "stage",
    operations: ["look", "measure", "refresh"],
    more: ["Account Analytics:Read"],
  },
  logs: {
    kind: "stage",
    operations: [],
    // The second for what was: without it only what comes is heard.
    more: ["Workers:Metadata Read-Only", "Workers Observability:Edit"],
  },
  backup: reads,
  "backup check": nothing,
  "backup prune": nothing,
  "backup key": nothing,
  restore: writes,
  // It restores on this machine.
  drill: nothing,
  // Rows are read, their texts embedded; its switch is an up of the workers.
  reindex: {
    kind: "stage",
    operations: ["look", "create", "update", "delete"],
    more: ["D1:Read", "Workers AI:Read", "Vectorize:Edit"],
  },
  outputs: nothing,
  summary: nothing,
  verify: nothing,
  stage: nothing,
  import: { kind: "stage", operations: ["look", "refresh", "update"], more: [] },
  retire: changes,
  forget: { kind: "stage", operations: ["look", "refresh"], more: [] },
  unlock: nothing,
  secret: nothing,
  "stack-init": nothing,
  "state backup": nothing,
  "state restore": nothing,
  "db --help": nothing,
  "db new": nothing,
  "db lint": nothing,
  "db status": reads,
  "db plan": reads,
  "db advise": readsWithCode,
  "db rehearse": writes,
  "db seed": writes,
  "db reset": nothing,
  "db generate": nothing,
  // Messages of rows, and how many vectors came of them.
  "db reindex": { kind: "databases", permissions: ["D1:Read", "Queues:Edit", "Vectorize:Read"] },
  "db copy": writes,
  // What serves, and whether an older version still does.
  "db contract": {
    kind: "databases",
    permissions: ["D1:Read", "D1:Edit", "Workers:Metadata Read-Only", "Account Analytics:Read"],
  },
  "db query": reads,
  "db shell": reads,
  "db diff": reads,
  "db corpus": readsWithCode,
  "db squash": reads,
  "db baseline": writes,
  "db accept": writes,
};
