/** An option of `pulumi up`, `preview`, `refresh`, `destroy` or `import`, as far as it can change what somebody else has decided. */
export interface EngineOption {
  /** Its letters: `-s`. */
  readonly short?: string;
  /** Whether a value follows. `may`: only with an equals sign. */
  readonly value: "none" | "needs" | "may";
  /**
   * What it decides, where a recipe has decided that already: behind a recipe it is refused. `asked`: only in stages that ask before a change;
   * `plans`: only where a plan is saved.
   */
  readonly decides?: { readonly what: string; readonly in: "all" | "asked" | "plans" };
  /** Whether a protected stage runs with it in the environment (`PULUMI_OPTION_…`), where nobody sees it. */
  readonly inEnvironment: "free" | "refused";
}

const flag: EngineOption = { value: "none", inEnvironment: "free" };
const shown = (short: string): EngineOption => ({ ...flag, short });
const text: EngineOption = { value: "needs", inEnvironment: "free" };
const refused = (option: EngineOption): EngineOption => ({ ...option, inEnvironment: "refused" });
const decided = (
  option: EngineOption,
  what: string,
  where: "all" | "asked" | "plans" = "all",
): EngineOption => ({
  ...refused(option),
  decides: { what, in: where },
});

const configuration = "the stage's settings, which are in its stack file";
const elsewhere = "where the stage is deployed from";
const plan = "what is applied: the plan that was shown";
const protection = "that data is protected";
const secrecy = "that secrets stand nowhere in clear: the engine's own log and traces have them";
const packs = "which policies are asked";

/**
 * Every option of those commands, by its long name, of the engine that this package pins; those that only the Pulumi Cloud reads (`remote-…`)
 * are meant by `remote`. A test holds the table to the engine's own help.
 */
export const engineOptions: Readonly<Record<string, EngineOption>> = {
  "attach-debugger": { value: "may", inEnvironment: "free" },
  "clear-pending-creates": refused(flag),
  client: decided(text, elsewhere),
  color: text,
  config: decided({ ...text, short: "c" }, configuration),
  "config-file": decided(text, configuration),
  "config-path": decided(flag, configuration),
  "continue-on-error": decided(flag, "that a failure stops the run", "asked"),
  copilot: flag,
  cwd: decided({ ...text, short: "C" }, elsewhere),
  debug: shown("d"),
  diff: flag,
  "disable-integrity-checking": decided(flag, "that the state is whole", "asked"),
  emoji: shown("e"),
  "event-log": text,
  "exec-agent": decided(text, elsewhere),
  "exec-kind": decided(text, elsewhere),
  exclude: refused({ ...text, short: "x" }),
  "exclude-dependents": refused(flag),
  "exclude-protected": refused(flag),
  "expect-no-changes": flag,
  file: text,
  from: text,
  "fully-qualify-stack-names": shown("Q"),
  "generate-code": flag,
  "generate-resources": text,
  help: shown("h"),
  "ignore-protect": decided(flag, protection),
  "import-file": text,
  "import-pending-creates": refused(text),
  json: shown("j"),
  logflow: flag,
  logtostderr: flag,
  memprofilerate: text,
  message: { ...text, short: "m" },
  neo: flag,
  "neo-task-on-failure": refused(flag),
  "non-interactive": flag,
  "otel-traces": decided(text, secrecy, "asked"),
  out: { ...text, short: "o" },
  output: text,
  "override-env": decided(text, configuration),
  parallel: { ...text, short: "p" },
  parent: text,
  plan: decided(text, plan, "asked"),
  "policy-pack": { ...decided(text, packs), inEnvironment: "free" },
  "policy-pack-config": decided(text, packs),
  "preview-only": decided(flag, "whether anything is changed"),
  profiling: text,
  properties: text,
  protect: flag,
  provider: text,
  refresh: refused({ value: "may", short: "r", inEnvironment: "free" }),
  remote: decided(flag, elsewhere),
  remove: decided(flag, "that the stack and its file stay"),
  replace: refused(text),
  "run-program": refused(flag),
  "save-plan": decided(text, plan, "asked"),
  "secrets-provider": text,
  "show-config": flag,
  "show-full-output": flag,
  "show-policy-remediations": flag,
  "show-reads": flag,
  "show-replacement-steps": flag,
  "show-sames": flag,
  "show-secrets": decided(flag, "that secrets are encrypted in the plan", "plans"),
  "skip-config-validation": refused(flag),
  "skip-pending-creates": refused(flag),
  "skip-plugin-pre-install": flag,
  "skip-preview": { ...decided({ ...flag, short: "f" }, plan, "asked") },
  stack: {
    ...decided({ ...text, short: "s" }, "the stage, which is the recipe's own word"),
    inEnvironment: "free",
  },
  strict: flag,
  "suppress-outputs": flag,
  "suppress-permalink": { value: "may", inEnvironment: "free" },
  "suppress-progress": flag,
  "suppress-stream-logs": flag,
  target: refused({ ...text, short: "t" }),
  "target-dependents": refused(flag),
  "target-replace": refused(text),
  tracing: decided(text, secrecy, "asked"),
  urns: flag,
  verbose: decided({ ...text, short: "v" }, secrecy, "asked"),
  yes: refused(shown("y")),
};

/** Other variables by which a run of the engine asks less, keeps less or shows less, with what each of them does. */
export const engineVariables = {
  PULUMI_CONTINUE_ON_ERROR: "goes on past a failure",
  PULUMI_DISABLE_OUTPUT_VALUES: "hides from the program what is unknown yet",
  PULUMI_DISABLE_PROVIDER_PREVIEW: "lets a preview ask nobody",
  PULUMI_DISABLE_REFRESH_BEFORE_UPDATE: "leaves out a refresh that the program asks for",
  PULUMI_DISABLE_RESOURCE_REFERENCES: "takes references out of the state",
  PULUMI_DISABLE_VALIDATION: "lets the engine write a state that is not whole",
  PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "keeps no copy of the state",
  PULUMI_ENABLE_LEGACY_DIFF: "compares otherwise than the preview says",
  PULUMI_ENABLE_LEGACY_REFRESH_DIFF: "compares otherwise than the preview says",
  PULUMI_SELF_MANAGED_STATE_DISABLE_CHECKPOINT_BACKUPS: "keeps no copy of the state",
  PULUMI_SKIP_CHECKPOINTS:
    "writes the state only at the end: a run that is killed has made what nothing knows",
  PULUMI_SKIP_CONFIRMATIONS: "answers yes to every question",
} as const;
