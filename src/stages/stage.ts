/** A stage: data only. What differs between stages is here, never an `if` on a stage's name. */
export interface Stage {
  /** Name of the stack. */
  readonly name: string;
  /** What `{-stage}` becomes in physical names. */
  readonly nameSuffix: string;
  /** Holds data that cannot be made again: stores are protected, and nothing can be destroyed. */
  readonly protected: boolean;
  /** Creates the resources that all stages share; the others refer to them. */
  readonly ownsShared: boolean;
  /** Its account of the embedded Cloudflare. */
  readonly embeddedAccount: string;
  /** Refuses to run without the policy pack. */
  readonly needsPolicyPack: boolean;
  /** A person has to type the stage's name before it is changed. */
  readonly asksBeforeChange: boolean;
  /** How long a version must have served alone before contract migrations may follow it. On the embedded target it is 0. */
  readonly bakeSeconds: number;
}
