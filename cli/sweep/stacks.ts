import { z } from "zod";
import type { ResourceKind } from "../../src/declare/kinds/kinds.ts";
import { kindOf } from "../../src/resources/kinds/kinds.ts";
import { pulumiText, type Run } from "../stack/engine/pulumi.ts";

/** A stack of this backend, and what it says is its own. */
export interface KnownStack {
  readonly name: string;
  /** The account that it was deployed to; undefined where it never was, or does not say. */
  readonly accountId: string | undefined;
  /** `<kind> <name or id>` of all that it has, has begun to make or has not finished deleting. */
  readonly claims: ReadonlySet<string>;
  /** Until when a pull request's stage is somebody's. */
  readonly lease: string | undefined;
}

const stacks = z.array(z.object({ name: z.string() }));
const resource = z.looseObject({
  urn: z.string(),
  inputs: z.record(z.string(), z.unknown()).nullish(),
  outputs: z.record(z.string(), z.unknown()).nullish(),
  id: z.string().nullish(),
});
const exported = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(resource).nullish(),
    pending_operations: z.array(z.looseObject({ resource })).nullish(),
  }),
});
const deployedTo = z.looseObject({ accountId: z.string() });
const leased = z.looseObject({ lease: z.string() });

/** Every stack of the backend. Throws where one cannot be read: what nobody knows of would look as if it were nobody's. */
export async function knownStacks(run: Run): Promise<readonly KnownStack[]> {
  const names = stacks.parse(JSON.parse(await pulumiText(["stack", "ls", "--json"], run)));
  const known: KnownStack[] = [];
  for (const { name } of names)
    known.push(knownStack(name, await pulumiText(["stack", "export", "--stack", name], run)));
  return known;
}

/** What an exported state says, deletions and operations that were cut off included. */
export function knownStack(name: string, text: string): KnownStack {
  const { resources, pending_operations: pending } = exported.parse(JSON.parse(text)).deployment;
  const all = [...(resources ?? []), ...(pending ?? []).map((each) => each.resource)];
  const outputsOf = (type: string): unknown => all.find(({ urn }) => typeOf(urn).endsWith(type))?.outputs;
  return {
    name: name.split("/").at(-1) ?? name,
    accountId: deployedTo.safeParse(outputsOf("lockstep:Target")).data?.accountId,
    claims: new Set(all.flatMap(claimsOf)),
    lease: leased.safeParse(outputsOf("pulumi:pulumi:Stack")).data?.lease,
  };
}

const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";

export const claim = (kind: ResourceKind, by: string): string => `${kind} ${by}`;

/** By its name and by its ids, in whichever of its properties they are. */
function claimsOf({ urn, id, inputs, outputs }: z.infer<typeof resource>): readonly string[] {
  const found = kindOf(typeOf(urn));
  // What is shared, and what is taken over, stands in other types: there the bucket or index goes by its name.
  const kinds = found === undefined ? sharedKinds(typeOf(urn)) : [found.kind];
  const values = [id, ...Object.values(inputs ?? {}), ...Object.values(outputs ?? {})];
  return kinds.flatMap((kind) =>
    values.flatMap((value) => (typeof value === "string" ? [claim(kind, value)] : [])),
  );
}

const sharedKinds = (type: string): readonly ResourceKind[] =>
  type.endsWith("lockstep:SharedStore") ? ["r2", "vectorize", "aiGateway"] : [];
