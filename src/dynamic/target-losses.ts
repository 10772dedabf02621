import { z } from "zod";
import type { Diagnostic } from "../diagnostic/user-error.ts";
import type { Asked } from "../reality/ask.ts";
import type { Known, KnownByLabel } from "../reality/known.ts";
import { type Lost, lostOf } from "../reality/lost.ts";
import { lostDiagnostic } from "../reality/lost-text.ts";
import { type Namespace, readNamespaces } from "../reality/objects.ts";

const known = z.object({ id: z.string(), born: z.string().optional(), jurisdiction: z.string().optional() });

/** What a stack remembers of what holds data. States of earlier versions have none of it. */
export const remembered = z.object({
  /** `<kind> <system>/<name>` → what the account knows it by. */
  stores: z.record(z.string(), known).default({}),
  /** `<system>/<worker>/<class>` → id of the namespace that has its objects. */
  objects: z.record(z.string(), z.string()).default({}),
  /** Labels of everything in the program that holds data. */
  holds: z.array(z.string()).default([]),
  /** Losses that a person gave up: label → what was lost. */
  forgotten: z
    .record(z.string(), z.object({ id: z.string(), born: z.string().optional(), at: z.string().optional() }))
    .default({}),
});
export type Remembered = z.infer<typeof remembered>;

/** What decides which losses matter, of the target's other inputs. */
export interface Declared {
  readonly systems: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly workers: Readonly<
    Record<string, { readonly name: string; readonly classes: Readonly<Record<string, "live" | "gone">> }>
  >;
}

export interface Looked {
  /** To be remembered from now on. */
  readonly memory: Pick<Remembered, "stores" | "objects">;
  readonly refusals: readonly Diagnostic[];
}

/** Looks whether all that the stack remembers is still there. What nobody declares any more is nobody's loss here. */
export async function lookForLosses(
  asked: () => Asked,
  before: Remembered,
  after: Remembered,
  declared: Declared,
  previously: Pick<Declared, "systems">,
): Promise<Looked> {
  const stores = remember(keptIn(before.stores, previously, declared), after);
  const classes = liveClasses(declared);
  if (Object.keys(stores).length === 0 && classes.length === 0)
    return { memory: { stores: {}, objects: {} }, refusals: [] };
  const account = asked();
  const gone = (await lostOf(account, stores)).filter(
    ({ label, id }) => (adoptedAs(declared, label) ?? id) === id,
  );
  const objects =
    classes.length === 0
      ? { memory: {}, lost: [] }
      : lostObjects(await readNamespaces(account), before.objects, after, classes);
  const workersGone = gone.map(({ label }) => label);
  const lost = [...gone, ...objects.lost.filter(({ worker }) => !workersGone.includes(`worker ${worker}`))];
  return {
    memory: { stores, objects: objects.memory },
    refusals: lost.map((each) => lostDiagnostic(each, account.accountId)),
  };
}

/** What is remembered of all but that which this run itself puts another one in the place of: its dimensions or its name were declared anew. */
function keptIn(
  stores: KnownByLabel,
  before: Pick<Declared, "systems">,
  after: Pick<Declared, "systems">,
): KnownByLabel {
  const [was, is] = [before, after].map(({ systems }) => Object.assign({}, ...Object.values(systems)));
  return Object.fromEntries(
    Object.entries(stores).filter(([label]) => !(label in was && label in is && was[label] !== is[label])),
  );
}

/**
 * What there should be. The state knows best which thing is the stack's, but a refresh writes into it when a bucket was made that is there
 * now: of one and the same id, what was remembered stays. Of an index a refresh does not: its resource is ours.
 */
function remember(before: KnownByLabel, { stores: now, holds, forgotten }: Remembered): KnownByLabel {
  return Object.fromEntries(
    holds.flatMap((label) => {
      const [was, is] = [before[label], now[label]].map((each) =>
        each === undefined || isForgotten(forgotten[label], each) ? undefined : each,
      );
      const isOwnWord = label.startsWith("vectorize ") && is?.born !== undefined;
      const isSame = is?.id === was?.id && was?.born !== undefined && !isOwnWord;
      const kept = was !== undefined && (is === undefined || isSame);
      const each = kept ? was : is;
      return each === undefined ? [] : [[label, each] as const];
    }),
  );
}

const isForgotten = (given: Remembered["forgotten"][string] | undefined, { id, born }: Known): boolean =>
  given?.id === id &&
  (born === undefined || given.born === born || (given.born === undefined && born < (given.at ?? "")));

const adoptedAs = ({ systems }: Declared, label: string): string | undefined =>
  Object.values(systems)
    .map((stores) => stores[`what was adopted as ${label}`])
    .find((id) => id !== undefined);

interface LiveClass {
  readonly worker: string;
  readonly script: string;
  readonly className: string;
}

const liveClasses = ({ workers }: Declared): readonly LiveClass[] =>
  Object.entries(workers).flatMap(([worker, { name: script, classes }]) =>
    Object.entries(classes).flatMap(([className, state]) =>
      state === "live" ? [{ worker, script, className }] : [],
    ),
  );

/** Namespaces that are in the account no more, whatever class and worker has them by now, and those that are there. */
function lostObjects(
  there: readonly Namespace[],
  before: Readonly<Record<string, string>>,
  { forgotten }: Remembered,
  classes: readonly LiveClass[],
): {
  readonly memory: Readonly<Record<string, string>>;
  readonly lost: readonly (Lost & { readonly worker: string })[];
} {
  const each = classes.map(({ worker, script, className }) => {
    const resource = `${worker}/${className}`;
    const was = before[resource];
    const now = there.find((of) => of.script === script && of.className === className)?.id;
    const isLost =
      was !== undefined &&
      there.every(({ id }) => id !== was) &&
      forgotten[objectsLabel(resource)]?.id !== was;
    return { worker, resource, was, now, isLost };
  });
  return {
    memory: Object.fromEntries(
      each.flatMap(({ resource, was, now, isLost }) => {
        const id = isLost ? was : now;
        return id === undefined ? [] : [[resource, id] as const];
      }),
    ),
    lost: each.flatMap(({ worker, resource, was, now, isLost }) =>
      isLost && was !== undefined
        ? [
            {
              id: was,
              label: objectsLabel(resource),
              noun: "namespace of Durable Objects",
              resource,
              worker,
              madeAgainAt: now === undefined ? undefined : "an unknown time",
            },
          ]
        : [],
    ),
  };
}

/** What a class's objects are given up as. */
const objectsLabel = (resource: string): string => `objects ${resource}`;
