/**
 * A stage as it is declared: only its name has to be said.
 *
 * @example
 * const stages: StageDeclaration[] = [
 *   { name: "dev" },
 *   { name: "staging", bakeSeconds: 300 },
 *   { name: "prod", suffix: "", protected: true, bakeSeconds: 900 },
 * ];
 */
export interface StageDeclaration {
  /** Name of the Pulumi stack: lower case letters, digits and dashes. */
  readonly name: string;
  /** What `{-stage}` becomes in physical names. @default - `-<name>` */
  readonly suffix?: string;
  /** Holds data that cannot be made again: stores are protected, nothing can be destroyed. @default false */
  readonly protected?: boolean;
  /** Has the resources that several stages share, and takes over what another one made before it came. @default false */
  readonly ownsShared?: boolean;
  /** Its account of the embedded Cloudflare. Stages that name the same one share it. @default - the stage's name */
  readonly embeddedAccount?: string;
  /**
   * Domains that its account has, such as `example.com`: what the routes and custom domains of its workers are in. On the embedded
   * target they are made where they are missing; on a real account they have to be there. @default - none
   */
  readonly zones?: readonly string[];
  /** The branch that is deployed to it: `lockstep stage <branch>` gives its name. @default - none */
  readonly branch?: string;
  /** Refuses to run without the policy pack. @default - the value of `protected` */
  readonly needsPolicyPack?: boolean;
  /** A person has to type the stage's name before it is changed. @default - the value of `protected` */
  readonly asksBeforeChange?: boolean;
  /**
   * Seconds that a version must have served alone before contract migrations may follow it, and before it is promoted to a stage that is promoted
   * from this one. On the embedded target it is 0.
   * @default 0
   */
  readonly bakeSeconds?: number;
  /** The stage before it: what is deployed here has served there, for its bake time, to the byte. @default - anything may be deployed */
  readonly promotesFrom?: string;
}

/**
 * A stage with every default filled in: data only. What differs between stages is here, never an `if` on a stage's name.
 *
 * @example
 * const holdsData = (stage: Stage): boolean => stage.protected;
 */
export interface Stage {
  /** Name of the stack. */
  readonly name: string;
  /** What `{-stage}` becomes in physical names. */
  readonly nameSuffix: string;
  /** Holds data that cannot be made again: stores are protected, and nothing can be destroyed. */
  readonly protected: boolean;
  /** Has the resources that all stages share, and takes over what another one made before it came. */
  readonly ownsShared: boolean;
  /** Its account of the embedded Cloudflare. */
  readonly embeddedAccount: string;
  /** Domains that its account has. */
  readonly zones: readonly string[];
  /** The branch that is deployed to it. @default - none */
  readonly branch?: string;
  /** Refuses to run without the policy pack. */
  readonly needsPolicyPack: boolean;
  /** A person has to type the stage's name before it is changed. */
  readonly asksBeforeChange: boolean;
  /** How long a version must have served alone before contract migrations, or another stage, may follow it. On the embedded target it is 0. */
  readonly bakeSeconds: number;
  /** The stage that it is promoted from. @default - none: anything may be deployed */
  readonly promotesFrom?: string;
  /** Of a pull request's stage: the stage whose texts it takes where they differ by stage. @default - none */
  readonly like?: string;
  /** Stores that a restore put another one in the place of: `<kind> <name that the declaration gives>` → its name now. @default - none */
  readonly switched?: Readonly<Record<string, string>>;
}

/** The declaration with its defaults. */
export const stageOf = (declared: StageDeclaration): Stage => ({
  name: declared.name,
  nameSuffix: declared.suffix ?? `-${declared.name}`,
  protected: declared.protected ?? false,
  ownsShared: declared.ownsShared ?? false,
  embeddedAccount: declared.embeddedAccount ?? declared.name,
  zones: declared.zones ?? [],
  ...(declared.branch !== undefined && { branch: declared.branch }),
  needsPolicyPack: declared.needsPolicyPack ?? declared.protected ?? false,
  asksBeforeChange: declared.asksBeforeChange ?? declared.protected ?? false,
  bakeSeconds: declared.bakeSeconds ?? 0,
  ...(declared.promotesFrom !== undefined && { promotesFrom: declared.promotesFrom }),
});
