import type { Props } from "./values.ts";

/** A resource as a rule sees it: what the program asks for, or what the state of a stack has. */
export interface SeenResource {
  readonly urn: string;
  /** Pulumi's type, without those of its parents. */
  readonly type: string;
  /** Its logical name. */
  readonly name: string;
  /** Inputs for a rule about one resource, outputs for one about the stack: those have its id, as far as it is known. */
  readonly props: Props;
  readonly protect: boolean;
  readonly deleteBeforeReplace: boolean;
  /** URNs of what it waits for, or takes a value from. */
  readonly dependsOn: readonly string[];
}

/** The name of a resource's stack, which its URN begins with. */
export const stackOf = (urn: string): string => urn.split("::")[0]?.split(":")[2] ?? "";
