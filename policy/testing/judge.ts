import { signatureKey } from "../../src/engine/property-values.ts";
import type { Project } from "../../src/project/project.ts";
import { type Judgement, judgeResource, judgeStack } from "../judge.ts";
import { type PolicyOptions, packOf } from "../pack-options.ts";
import { isStackRule, type Rule } from "../rules/rule.ts";
import { propsOf } from "../seen/from-engine.ts";
import type { SeenResource } from "../seen/resource.ts";

/** A resource as a test writes it: its properties as the engine would send them. */
export interface Written {
  readonly type: string;
  readonly name: string;
  readonly props?: Readonly<Record<string, unknown>>;
  /** @default "prod" */
  readonly stack?: string;
  /** @default false */
  readonly protect?: boolean;
  /** @default false */
  readonly deleteBeforeReplace?: boolean;
  /** Names of resources of the same stack that it waits for. @default - none */
  readonly waitsFor?: readonly Written[];
}

const urnOf = ({ stack = "prod", type, name }: Written): string =>
  `urn:pulumi:${stack}::lockstep::${type}::${name}`;

const seen = (written: Written): SeenResource => ({
  urn: urnOf(written),
  type: written.type,
  name: written.name,
  props: propsOf(written.props ?? {}),
  protect: written.protect ?? false,
  deleteBeforeReplace: written.deleteBeforeReplace ?? false,
  dependsOn: (written.waitsFor ?? []).map(urnOf),
});

/** What one rule says of resources that are a stack together, at the level that it has there. */
export function judged(
  rule: Rule,
  resources: readonly Written[],
  options: PolicyOptions & { readonly project?: Project } = {},
): readonly Judgement[] {
  const pack = { ...packOf({ today: "2026-11-30", ...options }), rules: [rule] };
  const all = resources.map(seen);
  return isStackRule(rule) ? judgeStack(pack, all) : all.flatMap((resource) => judgeResource(pack, resource));
}

/** Only what is refused or warned of. */
export const messages = (...args: Parameters<typeof judged>): string[] =>
  judged(...args).map(({ message }) => message);

/** A value that the engine marks as secret. */
export const secretValue = (value: unknown): object => ({
  [signatureKey]: "1b47061264138c4ac30d75fd1eb44270",
  value,
});
