import type { Declarations } from "../declared.ts";
import type { SeenResource } from "../seen/resource.ts";
import type { SeenToken } from "../seen/token.ts";

/**
 * What a violation does: `mandatory` stops a preview or an update, `advisory` is a warning, `disabled` is not looked for.
 *
 * @example
 * const level: Level = "advisory";
 */
export type Level = "mandatory" | "advisory" | "disabled";

/** How bad it is where a rule is broken. */
export type Severity = "low" | "medium" | "high" | "critical";

/** Something of a rule that can be set: a number with its limits, a choice, or a list of texts. */
export type Setting =
  | {
      readonly kind: "number";
      readonly says: string;
      readonly standard: number;
      readonly least: number;
      readonly most: number;
    }
  | {
      readonly kind: "choice";
      readonly says: string;
      readonly standard: string;
      readonly of: readonly string[];
    }
  | { readonly kind: "list"; readonly says: string };

/** A resource's inputs as whoever asks has them: secrets and assets in their own form, which a remedy leaves as it is. */
export type Inputs = Readonly<Record<string, unknown>>;

/** What a rule is, for people and for the engine. */
export interface RuleFacts {
  /** Its name for good: people write it in their configuration. */
  readonly id: string;
  /** What has to hold, in one sentence. */
  readonly title: string;
  /** What happens where it does not. */
  readonly why: string;
  /** What to do. */
  readonly remediation: string;
  readonly severity: Severity;
  /** Its level where data cannot be made again, and elsewhere. */
  readonly levels: { readonly protected: Level; readonly others: Level };
  /** @default - nothing can be set but its level */
  readonly settings?: Readonly<Record<string, Setting>>;
  /** Judges by what a project declares: without one it is not there. @default false */
  readonly needsProject?: true;
  /** Some of what it finds is only a warning, also where the rule is mandatory. @default false */
  readonly warns?: true;
}

/** Judges resources one by one, from their inputs: what it refuses is not made. */
export interface ResourceRule extends RuleFacts {
  /** Pulumi types that it looks at. */
  readonly of: readonly string[];
  readonly check: (resource: SeenResource, context: Context) => readonly Finding[];
  /**
   * The resource's inputs with the mistake mended, where there is one right way to. Only asked for a resource that the rule refuses, and where
   * somebody put the rule on the level `remediate`. @default - a person has to
   */
  readonly remedy?: (props: Inputs, resource: SeenResource) => Inputs;
}

/** Judges a stack as a whole, at the end of a preview. */
export interface StackRule extends RuleFacts {
  readonly checkStack: (resources: readonly SeenResource[], context: Context) => readonly StackFinding[];
}

export type Rule = ResourceRule | StackRule;

export const isStackRule = (rule: Rule): rule is StackRule => "checkStack" in rule;

/** What a rule may ask. It is asked nothing of the clock or of the disk by itself. */
export interface Context {
  /** The stack's name. */
  readonly stack: string;
  /** Whether the stack holds data that cannot be made again. */
  readonly protected: boolean;
  readonly declared: Declarations;
  /** The API token of this run; undefined where nobody looked, as for a state file or the embedded target. */
  readonly token: SeenToken | undefined;
  /** The day of the judgement, `YYYY-MM-DD`. */
  readonly today: string;
  /** Its moment, ISO 8601. */
  readonly now: string;
  /** Whether nothing is changed by this run. */
  readonly preview: boolean;
  /** Whether this run says that only versions that are there already are deployed. */
  readonly rollback: boolean;
  /** A file that a resource names by its path; undefined where it is not there, or not known from where the path is. */
  readonly read: (path: string) => Uint8Array | undefined;
  readonly number: (setting: string) => number;
  readonly text: (setting: string) => string;
  readonly list: (setting: string) => readonly string[];
}

/** What a rule found wrong, or cannot tell before the update. */
export type Finding =
  | {
      readonly kind: "violation";
      readonly message: string;
      /** It is a warning, also where the rule is mandatory. @default false */
      readonly softened?: true;
      /** What an exception names it by: `<system>/<what>`. @default - the resource's own logical name */
      readonly exceptedAs?: string;
    }
  | { readonly kind: "cannotTell"; readonly message: string };

export type StackFinding = Finding & { readonly urn: string };

export const violation = (message: string): Finding => ({ kind: "violation", message });

/** Where a reasonable person may differ, whatever the rule's level. */
export const warning = (message: string): Finding => ({ kind: "violation", message, softened: true });

/** @param what the property that is not known before the update */
export const cannotTell = (resource: SeenResource, what: string): Finding => ({
  kind: "cannotTell",
  message: `${resource.name}: ${what} is not known before the update, so it cannot be told yet.`,
});

/** A finding about one resource of a stack. */
export const about = (resource: SeenResource, finding: Finding): StackFinding => ({
  ...finding,
  urn: resource.urn,
});
