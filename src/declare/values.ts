/** Workers AI. */
export interface Ai {
  readonly kind: "ai";
}

/** A secret of the stack: set by `pulumi config set --secret lockstep:secrets…`, encrypted in state, never shown. */
export interface Secret {
  readonly kind: "secret";
  /** Its name in the stack's secrets. */
  readonly secret: string;
}

/** Id, tag and time of the running version. */
export interface VersionMetadata {
  readonly kind: "versionMetadata";
}

/** The name of the stage: `dev`, `staging` or `prod`. */
export interface StageName {
  readonly kind: "stageName";
}

/** A text that differs by stage. */
export interface PerStage {
  readonly kind: "perStage";
  readonly values: Readonly<Record<string, string>>;
}

/** A value that the worker receives parsed. */
export interface Json<Value = unknown> {
  readonly kind: "json";
  readonly value: Value;
}

/** Binds Workers AI. */
export const ai = (): Ai => ({ kind: "ai" });
/** Binds a secret of the stack. */
export const secret = (name: string): Secret => ({ kind: "secret", secret: name });
/** Binds the metadata of the running version. */
export const versionMetadata = (): VersionMetadata => ({ kind: "versionMetadata" });
/** Binds the name of the stage. */
export const stageName = (): StageName => ({ kind: "stageName" });
/** Binds a text that differs by stage: `perStage({ dev: "debug", staging: "info", prod: "info" })`. */
export const perStage = (values: Readonly<Record<string, string>>): PerStage => ({
  kind: "perStage",
  values,
});
/** Binds a value as JSON. */
export const json = <const Value>(value: Value): Json<Value> => ({ kind: "json", value });
