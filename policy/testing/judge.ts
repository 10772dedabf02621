import {
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  unknownCheckingProxy,
} from "@pulumi/policy";

/** A resource as a rule sees it. */
export interface Judged {
  readonly stack: string;
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  /** @default false */
  readonly protect?: boolean;
}

/** Runs a rule over one resource, as the engine would, and gives what it reports. */
export async function judge(
  rule: ResourceValidationPolicy,
  { stack, type, name, props, protect = false }: Judged,
): Promise<string[]> {
  const found: string[] = [];
  const args: ResourceValidationArgs = {
    type,
    name,
    props: unknownCheckingProxy(props),
    urn: `urn:pulumi:${stack}::lockstep::${type}::${name}`,
    stackTags: new Map(),
    opts: {
      protect,
      ignoreChanges: [],
      aliases: [],
      additionalSecretOutputs: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    },
    isType: () => false,
    asType: () => undefined,
    getConfig: () => {
      throw new Error("these rules have no configuration");
    },
    notApplicable: (reason) => {
      throw new Error(`not applicable: ${reason ?? ""}`);
    },
  };
  for (const validate of [rule.validateResource ?? []].flat())
    await validate(args, (message) => found.push(message));
  return found;
}
