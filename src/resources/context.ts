import type * as pulumi from "@pulumi/pulumi";
import type { Approval } from "../approvals/approval.ts";
import type { System } from "../declare/index.ts";
import type { Opening } from "../migrations/plan/opening.ts";
import type { Stage } from "../project/stage.ts";

/** What every component needs to know of the deployment it is part of. */
export interface Context {
  readonly stage: Stage;
  readonly accountId: string;
  /** Whether the stack goes to a real account. */
  readonly real: boolean;
  /** Whether this stage creates what stages share, or refers to what another one created in the same account. */
  readonly ownsShared: boolean;
  /** What the account has and this stage takes over: ids that are adopted, and stores that it owns and another stage made. */
  readonly adoptable: ReadonlySet<string>;
  /** `<system>/<name>` of stores that another stage owns and that are not there yet. */
  readonly unmade: ReadonlySet<string>;
  /** Workers that something else serves than the stack deployed, and the id of the deployment that is in the way. */
  readonly foreign: ReadonlyMap<string, string>;
  /** Workers whose deployment in the state was forced. */
  readonly forced: ReadonlySet<string>;
  /** `<type> <name>` of consumers and routes that the state has under another name → the URN there. */
  readonly moves: ReadonlyMap<string, string>;
  /** `<type> <name>` of what an earlier run made without having heard of it → what it is imported by. */
  readonly halfMade: ReadonlyMap<string, string>;
  readonly provider: pulumi.ProviderResource;
  /** The first resource of the stack: dynamic resources, which have no provider of ours, wait for it. */
  readonly target: pulumi.Resource;
  readonly system: System;
  /** The stack's secrets, in clear. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Ids of zones, by what is in them: the zone name of a route, the host of a custom domain. */
  readonly zoneIds: ReadonlyMap<string, string>;
  /** Ask, before a version is created, whether it may be, and whether its databases are ready for it. */
  readonly beforeVersion: pulumi.ResourceHook[];
  /** What of each database's contract migrations is open, by `<system>/<database>`. */
  readonly contracts: Readonly<Record<string, Opening>>;
  /** Of the stack file: what somebody agreed to. */
  readonly approvals: readonly Approval[];
  /** Hooks of every resource that speaks to Cloudflare. */
  readonly hooks: pulumi.ResourceHookBinding;
}

/** Logical name of a resource, for good: neither its variable nor its physical name has a part in it. */
export const logicalName = (context: Pick<Context, "system">, name: string): string =>
  `${context.system.name}/${name}`;

/**
 * Options of a resource that went from one owner to another: it is the one that the state has, and is made anew in its place where that has to be.
 * @param replaceOnChanges properties that Cloudflare is not asked to change in place
 */
export function movedHere(
  { moves }: Pick<Context, "moves">,
  type: string,
  name: string,
  replaceOnChanges: readonly string[] = [],
): Pick<pulumi.CustomResourceOptions, "aliases" | "deleteBeforeReplace" | "replaceOnChanges"> {
  const urn = moves.get(`${type} ${name}`);
  return urn === undefined
    ? {}
    : { aliases: [urn], deleteBeforeReplace: true, replaceOnChanges: [...replaceOnChanges] };
}

/** The import of what an earlier run made without having heard of it. Pulumi looks at it only while its state has no such resource. */
export function tookOver(
  { halfMade }: Pick<Context, "halfMade">,
  type: string,
  name: string,
): Pick<pulumi.CustomResourceOptions, "import"> {
  const id = halfMade.get(`${type} ${name}`);
  return id === undefined ? {} : { import: id };
}
