/**
 * What a violation of a policy rule does: `mandatory` stops the preview, `advisory` is a warning, `disabled` is not looked for, and
 * `remediate` mends the resource, where the rule knows how.
 *
 * @example
 * const level: PolicyLevel = "advisory";
 */
export type PolicyLevel = "mandatory" | "advisory" | "disabled" | "remediate";

/**
 * How a rule is applied. What is left out is the rule's own.
 *
 * @example
 * const choice: PolicyChoice = { level: "mandatory", stages: { dev: "disabled" }, settings: { allow: ["legacy-api"] } };
 */
export interface PolicyChoice {
  /** In every stage that `stages` does not name. @default - the rule's own, by whether the stage is protected */
  readonly level?: PolicyLevel;
  /** By stage, or by stack in a program without stages. @default - as `level` says */
  readonly stages?: Readonly<Record<string, PolicyLevel>>;
  /** The rule's own settings, by name. @default - the rule's standard */
  readonly settings?: Readonly<Record<string, string | number | readonly string[]>>;
}

/**
 * Choices for rules, by their ids; a level alone is enough. An id, a stage or a setting that there is none of is refused.
 *
 * @example
 * const policies: PolicyChoices = {
 *   "no-workers-dev": { level: "mandatory", settings: { allow: ["notes/notes-api"] } },
 *   "worker-is-observed": "mandatory",
 * };
 */
export type PolicyChoices = Readonly<Record<string, PolicyLevel | PolicyChoice>>;
