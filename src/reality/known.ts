import { z } from "zod";
import type { ResourceKind } from "../declare/kinds/kinds.ts";
import { kindOf } from "../resources/kinds/kinds.ts";
import { asking, type HeldKind } from "./asking.ts";
import type { StateResource } from "./state.ts";

/** Something that holds data, as a stack remembers it. */
export interface Known {
  /** What the API knows it by. */
  readonly id: string;
  /** When Cloudflare made it, ISO 8601; absent where it never said. */
  readonly born?: string | undefined;
  /** Of a bucket that is not in the default one. */
  readonly jurisdiction?: string | undefined;
}

/** By `<kind> <system>/<name>`. */
export type KnownByLabel = Readonly<Record<string, Known>>;

const outputs = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  jurisdiction: z.string().optional(),
  // Each kind says it in its own word.
  createdAt: z.string().optional(),
  createdOn: z.string().optional(),
  creationDate: z.string().optional(),
});

const stackOutputs = z.object({
  stores: z.record(z.string(), z.object({ kind: z.string(), id: z.string() })).default({}),
});

/** Every kind of a declaration, and whether its loss is a loss of data. */
const held = {
  d1: "d1",
  kv: "kv",
  queue: "queue",
  r2: "r2",
  vectorize: "vectorize",
  aiGateway: "aiGateway",
  worker: "worker",
  hyperdrive: undefined,
} as const satisfies Readonly<Record<ResourceKind, HeldKind | undefined>>;

/**
 * What holds data in a stack, by its state: its resources, and what it put out when it was last up. That stays when a refresh has dropped a
 * resource that is gone.
 */
export function knownIn(state: readonly StateResource[]): KnownByLabel {
  const stack = state.find(({ type }) => type === "pulumi:pulumi:Stack");
  const { stores } = stackOutputs.parse(stack?.outputs ?? {});
  const putOut = Object.entries(stores).flatMap(([resource, { kind, id }]) =>
    Object.hasOwn(held, kind) && kind !== "hyperdrive" ? [[`${kind} ${resource}`, { id }] as const] : [],
  );
  const there = state.flatMap(({ type, name, outputs: of }) => {
    const kind = kindOf(type)?.kind;
    const heldKind = kind === undefined ? undefined : held[kind];
    if (heldKind === undefined) return [];
    const { id, name: called, jurisdiction, ...times } = outputs.parse(of);
    const known = id ?? called;
    const born = times.createdAt ?? times.createdOn ?? times.creationDate;
    if (known === undefined) return [];
    return [
      [
        `${heldKind} ${name}`,
        {
          id: known,
          ...(born !== undefined && { born }),
          ...(jurisdiction !== undefined && jurisdiction !== "default" && { jurisdiction }),
        },
      ] as const,
    ];
  });
  return Object.fromEntries([...putOut, ...there]);
}

/** `d1 shop/orders` in its parts; undefined for a label of a kind that this version does not know. */
export function labelParts(
  label: string,
): { readonly kind: HeldKind; readonly resource: string } | undefined {
  const [word = "", ...rest] = label.split(" ");
  const kind = Object.values(held).find((each) => each === word);
  return kind === undefined ? undefined : { kind, resource: rest.join(" ") };
}

/** `database` of `d1`. */
export const nounOf = (kind: HeldKind): string => asking[kind].noun;
