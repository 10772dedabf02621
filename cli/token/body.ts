import { resourceOf } from "../../src/permissions/groups.ts";
import type { Needed, Thing } from "./needed.ts";

/** What is sent to make the token. A group whose id nobody told has its place held by words in angle brackets. */
export interface TokenBody {
  readonly name: string;
  readonly policies: readonly {
    readonly effect: "allow";
    readonly resources: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
    readonly permission_groups: readonly { readonly id: string; readonly name: string }[];
  }[];
}

export interface Known {
  readonly accountId: string | undefined;
  /** Ids of permission groups, by name. */
  readonly groupIds: ReadonlyMap<string, string>;
  /** Ids of zones, by what stands for them. */
  readonly zoneIds: ReadonlyMap<string, string>;
}

/** The place of something that nobody told. */
export const blank = (what: string): string => `<${what}>`;

/** A policy a thing: what is granted in one does not count in another. Two names of one zone are one thing. */
export function bodyOf(name: string, needed: readonly Needed[], known: Known): TokenBody {
  const byResources = Map.groupBy(needed, ({ on }) => JSON.stringify(resourcesOf(on, known)));
  return {
    name,
    policies: [...byResources.values()].map((all) => ({
      effect: "allow",
      resources: resourcesOf(all[0]?.on ?? { kind: "account" }, known),
      permission_groups: [...new Map(all.map(({ group }) => [group.name, group])).values()].map((group) => ({
        id: known.groupIds.get(group.name) ?? group.id ?? blank(`id of ${group.name}`),
        name: group.name,
      })),
    })),
  };
}

function resourcesOf(on: Thing, { accountId, zoneIds }: Known): TokenBody["policies"][number]["resources"] {
  const account = `${resourceOf.account}.${accountId ?? blank("account id")}`;
  switch (on.kind) {
    case "account":
      return { [account]: "*" };
    case "zone":
      return { [`${resourceOf.zone}.${zoneIds.get(on.zone) ?? blank(`id of the zone ${on.zone}`)}`]: "*" };
    case "worker":
      return { [account]: { [`${resourceOf.worker}.${on.id}`]: "*" } };
    default:
      return on satisfies never;
  }
}
