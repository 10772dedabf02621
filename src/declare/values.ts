/**
 * Workers AI, bound by {@link ai}.
 *
 * @example
 * const env: Record<string, Binding> = { AI: ai() };
 */
export interface Ai {
  readonly kind: "ai";
}

/**
 * A secret of the stack, bound by {@link secret}: encrypted in the stack file and in state, never shown.
 *
 * @example
 * const key: Secret = secret("stripe");
 */
export interface Secret {
  readonly kind: "secret";
  /** Its name in the stack's secrets. */
  readonly secret: string;
  /** Whether the code does without it where nobody has set it. @default - a secret that is not set is refused */
  readonly optional?: true;
  /** Stage → text that stands in for it while nobody has set it: for stages that hold nothing of value. @default - none */
  readonly fallback?: Readonly<Record<string, string>>;
}

/**
 * A secret that the code can do without, bound by {@link secret}.
 *
 * @example
 * const key: OptionalSecret = secret("stripe", { optional: true });
 */
export interface OptionalSecret extends Secret {
  readonly optional: true;
}

/**
 * Id, tag and time of the running version, bound by {@link versionMetadata}.
 *
 * @example
 * const env: Record<string, Binding> = { VERSION: versionMetadata() };
 */
export interface VersionMetadata {
  readonly kind: "versionMetadata";
}

/**
 * The name of the stage that the worker is deployed to, such as `dev`, bound by {@link stageName}.
 *
 * @example
 * const env: Record<string, Binding> = { STAGE: stageName() };
 */
export interface StageName {
  readonly kind: "stageName";
}

/**
 * A text that differs by stage, bound by {@link perStage}.
 *
 * @example
 * const level: PerStage = perStage({ dev: "debug", prod: "info" });
 */
export interface PerStage {
  readonly kind: "perStage";
  /** Stage → text. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * A value that the worker receives parsed, bound by {@link json}.
 *
 * @example
 * const limits: Json<{ readonly notes: number }> = json({ notes: 1_000 });
 */
export interface Json<Value = unknown> {
  readonly kind: "json";
  /** What JSON can hold. */
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
 * Binds a secret of the stack; the code sees a `string`. A secret that nobody has set is refused in the preview, unless it is `optional`:
 * then the code sees `string | undefined`, so that what needs the secret can be off in a stage and the rest of the worker runs.
 *
 * @param name its name in the stack's secrets: `npx lockstep secret dev stripe` sets it
 * @param options `fallback`: texts by stage that stand in for it while it is not set, refused for a protected stage
 * @example
 * worker("shop", { ...settings, env: { STRIPE_KEY: secret("stripe") } });
 *
 * @example
 * worker("shop", { ...settings, env: { STRIPE_KEY: secret("stripe", { optional: true, fallback: { dev: "sk_test" } }) } });
 */
export function secret(name: string): Secret;
export function secret(
  name: string,
  options: Required<Pick<OptionalSecret, "optional">> & Pick<OptionalSecret, "fallback">,
): OptionalSecret;
export function secret(name: string, options: Pick<Secret, "optional" | "fallback"> = {}): Secret {
  return { kind: "secret", secret: name, ...options };
}
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
