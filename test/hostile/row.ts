import type { Clone } from "../clone.ts";

/** A change that breaks or loses something in production, by mistake, by habit or in a hurry. */
export interface Row {
  /** What somebody did. */
  readonly what: string;
  /** Texts of `project.ts`, each there once → what stands there instead. */
  readonly edits?: Readonly<Record<string, string>>;
  /** Files of the project → their new text; undefined for one that is removed. */
  readonly files?: Readonly<Record<string, string | undefined>>;
  /** Keys that are added to the stack file of prod: lines of YAML below `config:`. */
  readonly stackFile?: string;
  /** Variables of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is done besides, before the command: to the state, or to the account by hand. */
  readonly before?: (project: Clone) => Promise<void> | void;
  /** Takes that back, as far as it was done to the account. */
  readonly after?: (project: Clone) => Promise<void> | void;
  /** The command that is refused. */
  readonly run: readonly [program: "pulumi" | "just", ...words: string[]];
  /** The resource that the refusal names, and what it says of it. */
  readonly names: readonly (string | RegExp)[];
  /** The remedy that it names. */
  readonly remedy: string | RegExp;
}

/** As somebody in a hurry types it, with no preview and no question. */
export const up: Row["run"] = ["pulumi", "up", "--yes", "--skip-preview", "--stack", "prod"];
export const preview: Row["run"] = ["pulumi", "preview", "--stack", "prod"];
/** Says what is wrong without an engine, and before anybody asks one. */
export const validate: Row["run"] = ["just", "validate", "prod"];
export const recipe = (...words: string[]): Row["run"] => ["just", ...words];
