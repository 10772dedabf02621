/** What is known of a command that a person is told to type. */
export type Repair =
  /** A test types it in the state in which it is told. */
  | { readonly works: readonly [file: string, title: string] }
  /** It is typed nowhere in that state: that the command line takes it apart as it was meant is all that is tested (cli/typed-commands.test.ts). */
  | { readonly parses: "a word in it stands for another" | "not yet in that state" };

const here = (title: string): Repair => ({ works: ["test/repairs/repairs.deep.test.ts", title] });
const works = (file: string, title: string): Repair => ({ works: [file, title] });
const released = works("test/release.deep.test.ts", "a driver that is killed is gone on from");
const blank: Repair = { parses: "a word in it stands for another" };
const untried: Repair = { parses: "not yet in that state" };

const recipes = "test/recipes.deep.test.ts";
const drift = "test/reality/drift.deep.test.ts";
const losses = "test/losses.deep.test.ts";
const troubleshooting = "test/troubleshooting/troubleshooting.deep.test.ts";
const engine = "test/migrations/engine.deep.test.ts";
const commands = "test/migrations/commands.deep.test.ts";
const phases = works("test/migrations/phases.deep.test.ts", "expand runs before the code");
const past = works("test/migrations/pasts.deep.test.ts", "is refused with the command that adopts it");
const loop = "cli/dev/dev.deep.test.ts";
const rolledBack = works("test/docs/dual-run.deep.test.ts", "the quick rollback takes a version back");
const backups = works("cli/state/state.deep.test.ts", "a key, a backup, a drill and a restore");
const tokens = (title: string): Repair => works("test/tokens/tokens.deep.test.ts", title);
const nothingUp = here("nothing is up");
const words = here("words that are missing or wrong");
const order = here("the lines that keep the order of files");
const secrets = here("secrets");
const unread = here("files of migrations that cannot be read");

const pullRequest = works("test/ci/pull-request.deep.test.ts", "what it says to type means what it says");

/** Every place that tells a command, by its file, the function around it and the verb. */
export const repairs: Readonly<Record<string, Repair>> = {
  "cli/backup/backup.ts backup: drill": backups,
  "cli/backup/backup.ts nothingThere: up": untried,
  "cli/backup/chosen.ts chosenBackup: backup": backups,
  "cli/backup/identity.ts missing: backup key": untried,
  "cli/backup/site.ts settingsOf: backup key": backups,
  "cli/clean.ts clean: clean": untried,
  "cli/clean.ts stop: clean": blank,
  "cli/db/advise/advise.ts next: db advise": untried,
  "cli/db/advise/advise.ts next: db lint": untried,
  "cli/db/contract.ts open: up": nothingUp,
  "cli/db/contract.ts remedy: db contract": works(engine, "while a rollout is under way"),
  "cli/db/contract.ts remedy: up": works(engine, "while a rollout is under way"),
  "cli/db/contract.ts run: up": phases,
  "cli/db/advise/corpus.ts run: db corpus": phases,
  "cli/db/decide.ts run: db accept": works(commands, "drift of a database that only wrangler knew"),
  "cli/db/decide.ts run: db baseline": past,
  "cli/db/decide.ts run: db diff": blank,
  "cli/db/decide.ts run: db status": here("drift of a schema"),
  "cli/db/diff.ts schemaOf: db lint": unread,
  "cli/db/diff.ts sideOf: db diff": blank,
  "cli/db/reindex/queue.ts queueId: up": nothingUp,
  "cli/db/reindex/reindex.ts run: status": untried,
  "cli/db/copy/copy.ts run: up": untried,
  "cli/db/copy/copy.ts stagesOf: db copy": blank,
  "cli/db/generate/generate.ts run: db seed": works(commands, "generate writes a seed file"),
  "cli/db/generate/generate.ts schemaOf: db lint": works(commands, "generate writes a seed file"),
  "cli/db/new/new.ts run: db lint": words,
  "cli/db/new/next-file.ts nextName: db new": words,
  "cli/db/place.ts placeOf: db status": here("stages that are said twice or not at all"),
  "cli/db/place.ts refuseMore: db --help": words,
  "cli/db/query.ts onlyReads: db new": blank,
  "cli/db/query.ts onlyReads: db query": blank,
  "cli/db/query.ts run: db query": blank,
  "cli/db/new/rename.ts renameColumn: db contract": untried,
  "cli/db/new/rename.ts renameColumn: db lint": untried,
  "cli/db/new/rename.ts requested: db new": blank,
  "cli/db/site.ts jobOf: up": nothingUp,
  "cli/db/site.ts missingLine: up": nothingUp,
  "cli/db/status.ts run: db plan": here("drift of a schema"),
  "cli/dev.ts deployed: dev": untried,
  "cli/dev.ts deployed: up": nothingUp,
  "cli/dev.ts requestOf: up": untried,
  "cli/dev.ts run: up": works(loop, "an up after it makes its own version"),
  "cli/dev/release.ts requireNewest: up": works(loop, "an up beside it takes over"),
  "cli/dev/session.ts notThere: dev": untried,
  "cli/dev/session.ts notThere: up": untried,
  "cli/init.ts refuseOverwriting: start": untried,
  "cli/init.ts run: init": untried,
  "cli/logs/logs.ts deployed: up": nothingUp,
  "cli/place.ts projectAt: init": untried,
  "cli/pull-request/folds.ts next: db advise": untried,
  "cli/pull-request/folds.ts next: db plan": pullRequest,
  "cli/pull-request/folds.ts next: db rehearse": pullRequest,
  "cli/pull-request/folds.ts next: preview": pullRequest,
  "cli/pull-request/folds.ts next: up": pullRequest,
  "cli/release/open-contracts.ts refuseOpenContracts: up": untried,
  "cli/release/release.ts noneUnderWay: release": untried,
  "cli/release/release.ts secondDriver: release": untried,
  "cli/release/release.ts stopped: release": works(
    "test/release.deep.test.ts",
    "whose first up is refused is aborted without one",
  ),
  "cli/release/release.ts ways: release": released,
  "cli/release/rollback/offer.ts noWay: up": untried,
  "cli/release/rollback/offer.ts notChosen: rollback": rolledBack,
  "cli/release/rollback/refusals.ts again: rollback": untried,
  "cli/release/rollback/refusals.ts besideAnother: release": untried,
  "cli/release/rollback/refusals.ts notNeeded: rollback": rolledBack,
  "cli/release/rollback/refusals.ts otherwise: rollback": untried,
  "cli/release/rollback/refusals.ts stillBroken: rollback": untried,
  "cli/release/rollback/refusals.ts stillBroken: up": untried,
  "cli/release/rollback/refusals.ts undoText: rollback": rolledBack,
  "cli/release/rollback/version.ts otherClasses: up": untried,
  "cli/release/rollback/version.ts otherDatabases: up": untried,
  "cli/stack/commands.ts refuseProtected: retire": blank,
  "cli/stack/drift/drift.ts showDrift: up": nothingUp,
  "cli/stack/drift/engine-drift.ts engineFindings: up": works(drift, "settings, crons, consumers, routes"),
  "cli/stack/drift/repair.ts declaredOtherwise: preview": untried,
  "cli/stack/drift/repair.ts declaredOtherwise: up": untried,
  "cli/stack/engine/engine-words.ts fixOf: preview": words,
  "cli/stack/retire/forget.ts notLost: drift": here("a store that is lost"),
  "cli/stack/retire/forget.ts withoutReason: forget": here("a store that is lost"),
  "cli/stack/import/import.ts absent: up": nothingUp,
  "cli/stack/import/import.ts alreadyThere: drift": words,
  "cli/stack/import/import.ts storeOrWorker: up": words,
  "cli/stack/import/importable.ts needsNone: up": words,
  "cli/stack/secrets/list-secrets.ts listSecrets: secret": secrets,
  "cli/stack/engine/environment.ts withoutToken: token": nothingUp,
  "cli/stack/lock.ts ways: unlock": untried,
  "cli/stack/plan/apply-plan.ts planIsOld: deploy": works(
    recipes,
    "prod shows a plan and applies exactly that",
  ),
  "cli/stack/plan/apply-plan.ts planIsOld: drift": works(
    recipes,
    "prod shows a plan and applies exactly that",
  ),
  "cli/stack/outputs/outputs.ts showOutputs: up": nothingUp,
  "cli/stack/retire/retire.ts refuseWithoutApproval: retire": works(
    losses,
    "gives a store away only with an approval",
  ),
  "cli/stack/retire/retiring.ts stillDeclared: retire": works(losses, "a store is retired from every state"),
  "cli/stack/secrets/secret.ts refuseUndeclared: secret": secrets,
  "cli/stack/secrets/secret.ts setSecret: secret": secrets,
  "cli/stack/show-status.ts showStatus: up": nothingUp,
  "cli/stack/plan/show-summary.ts showSummary: up": nothingUp,
  "cli/start.ts startProject: start": untried,
  "cli/state/restore.ts restore: drift": here("a state that was restored"),
  "policy/rules/variables/no-plain-secrets.ts refusal: secret": here(
    "a variable that is a secret in plain text",
  ),
  "src/dynamic/migrations-provider.ts stillOpen: db contract": untried,
  "src/dynamic/target-provider.ts otherEmbeddedAccount: destroy": untried,
  "src/dynamic/target-provider.ts otherEmbeddedAccount: up": untried,
  "src/dynamic/target-provider.ts systemGone: retire": works(
    "test/recipes.deep.test.ts",
    "a system cannot just be taken off the list",
  ),
  "src/migrations/apply/accept-file.ts otherSchema: db new": blank,
  "src/migrations/apply/baseline.ts notEmpty: db status": here("drift of a schema"),
  "src/migrations/apply/decision.ts nothing: db status": here("drift of a schema"),
  "src/migrations/apply/seed-files.ts shape: db new": blank,
  "src/migrations/code/code-check.ts breaks: db corpus": phases,
  "src/migrations/code/corpus-file.ts readOne: db corpus": untried,
  "src/migrations/code/missing-object.ts neverMade: db new": here("code that reads a column"),
  "src/migrations/cost/preview-costs.ts previewCosts: db advise": untried,
  "src/migrations/cost/preview-costs.ts refusal: db corpus": untried,
  "src/migrations/files/chain.ts chainDiagnostic: db accept": works(
    commands,
    "an edited file is taken with its reason",
  ),
  "src/migrations/files/chain.ts chainDiagnostic: db lint": order,
  "src/migrations/files/chain.ts parseChain: db lint": order,
  "src/migrations/files/names.ts migrationNames: db new": blank,
  "src/migrations/lint/lint-folder.ts numbering: db lint": untried,
  "src/migrations/lint/lint-folder.ts numbering: db new": blank,
  "src/migrations/plan/drift.ts driftRefusals: db accept": here("drift of a schema"),
  "src/migrations/plan/history.ts chainRefusals: db lint": order,
  "src/migrations/plan/history.ts foreignHistory: db baseline": past,
  "src/migrations/plan/history.ts history: db accept": works(
    commands,
    "an edited file is taken with its reason",
  ),
  "src/migrations/plan/history.ts order: db accept": here("files that were applied in another order"),
  "src/migrations/plan/history.ts order: db lint": order,
  "src/migrations/plan/history.ts removed: db lint": untried,
  "src/migrations/plan/history.ts sameNumbers: db lint": order,
  "src/migrations/plan/phases.ts editedSince: db contract": phases,
  "src/migrations/plan/phases.ts phases: db contract": untried,
  "src/migrations/plan/plan-text.ts planLines: db contract": phases,
  "src/migrations/plan/squashed-past.ts asBefore: db status": untried,
  "src/migrations/plan/squashed-past.ts behind: db contract": untried,
  "src/migrations/plan/squashed-past.ts behind: up": untried,
  "src/migrations/plan/squashed-past.ts edited: db accept": untried,
  "src/migrations/plan/squashed-past.ts otherOrder: db plan": untried,
  "src/migrations/plan/squashed-past.ts others: up": untried,
  "src/migrations/rename/waiting-rename.ts waitingRename: db contract": untried,
  "src/migrations/rename/waiting-rename.ts waitingRename: db squash": blank,
  "src/migrations/protocol/locked.ts unrecorded: db status": untried,
  "src/migrations/protocol/rolled-back.ts remedyFor: db query": blank,
  "src/migrations/protocol/rolled-back.ts remedyFor: db rehearse": blank,
  "src/program/proven.ts withoutProof: backup": backups,
  "src/program/half-switched.ts halfSwitched: restore": untried,
  "src/program/proven.ts withoutProof: drill": backups,
  "src/release/beside.ts refuseBeside: release": released,
  "src/program/class-changes.ts boundStill: up": works(
    losses,
    "that another worker binds is deleted in the two steps",
  ),
  "src/program/losses/dropped.ts droppedDiagnostic: retire": works(
    losses,
    "a store is retired from every state",
  ),
  "src/project/load.ts loadProject: init": untried,
  "src/reality/addresses.ts leadsElsewhere: up": here("an address that leads elsewhere"),
  "src/reality/consumers.ts changed: up": works(drift, "settings, crons, consumers, routes"),
  "src/reality/crons.ts cronFindings: up": works(drift, "settings, crons, consumers, routes"),
  "src/reality/lost-text.ts wayOn: forget": works(
    "test/reality/lost.deep.test.ts",
    "what is gone is never made again empty",
  ),
  "src/reality/schemas.ts schemaFindings: db accept": works(drift, "settings, crons, consumers, routes"),
  "src/reality/serving.ts servingFinding: up": works(drift, "what wrangler deployed is named"),
  "src/reality/workers.ts workerFindings: up": works(drift, "settings, crons, consumers, routes"),
  "src/program/state-lost.ts stateLost: import": untried,
  "src/program/state-lost.ts stateLost: state restore": blank,
  "src/resources/advice.ts advice: retire": untried,
  "src/resources/advice.ts advice: import": works(
    troubleshooting,
    "that command works, and the next up finishes the rest",
  ),
  "src/resources/advice.ts advice: token": tokens("up of what was never up"),
  "src/diagnostic/wider-token.ts widerToken: token": tokens("a preview with one less is told which"),
  "src/resources/advice.ts advice: up": works(troubleshooting, "a bound service that was deleted by hand"),
  "src/resources/advice.ts doesNotStart: up": here("code that does not start"),
  "src/resources/hooks.ts behind: up": works(engine, "an up of the code alone"),
  "src/resources/stores/waiting.ts waitingText: db contract": phases,
  "src/settings/check.ts listedAndRetired: retire": here(
    "a system that is on the list and marked as retired",
  ),
  "src/settings/check.ts missingSecret: secret": secrets,
  "src/settings/check.ts missingSecrets: secret": untried,
  "cli/db/reset.ts refuseReal: db reset": here("stages that are said twice or not at all"),
  "cli/db/reset.ts refuseReal: retire": untried,
  "cli/db/squash/stages.ts refuseOpen: up": untried,
  "cli/db/squash/stages.ts refuseOpen: db contract": untried,
  "cli/db/squash/squash.ts run: up": phases,
  "cli/db/squash/squash.ts throughOf: db squash": untried,
  "cli/db/squash/squash.ts nameOf: db squash": untried,
  "cli/validate/findings.ts withoutChain: db lint": unread,
};
