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

/** The name of the stage that the worker is deployed to, such as `dev`. */
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

/**
 * Binds Workers AI.
 *
 * @example
 * worker("search", { ...settings, env: { AI: ai() } }); // await env.AI.run("@cf/baai/bge-base-en-v1.5", { text })
 */
export const ai = (): Ai => ({ kind: "ai" });
/**
 * Binds a secret of the stack; the code sees a `string`. A secret that nobody has set is refused in the preview.
 *
 * @param name its name in the stack's secrets: `pulumi config set --secret --path 'lockstep:secrets.stripe'`
 * @example
 * worker("shop", { ...settings, env: { STRIPE_KEY: secret("stripe") } });
 */
export const secret = (name: string): Secret => ({ kind: "secret", secret: name });
/**
 * Binds the metadata of the running version.
 *
 * @example
 * worker("api", { ...settings, env: { VERSION: versionMetadata() } }); // env.VERSION.id
 */
export const versionMetadata = (): VersionMetadata => ({ kind: "versionMetadata" });
/**
 * Binds the name of the stage.
 *
 * @example
 * worker("api", { ...settings, env: { STAGE: stageName() } }); // "dev"
 */
export const stageName = (): StageName => ({ kind: "stageName" });
/**
 * Binds a text that differs by stage. A stage without a text is refused in its preview, and so is one that does not exist.
 *
 * @example
 * worker("api", { ...settings, env: { LOG_LEVEL: perStage({ dev: "debug", staging: "info", prod: "info" }) } });
 */
export const perStage = (values: Readonly<Record<string, string>>): PerStage => ({
  kind: "perStage",
  values,
});
/**
 * Binds a value that the code receives parsed, with its type.
 *
 * @example
 * worker("api", { ...settings, env: { LIMITS: json({ notes: 1_000 }) } }); // env.LIMITS.notes
 */
export const json = <const Value>(value: Value): Json<Value> => ({ kind: "json", value });
