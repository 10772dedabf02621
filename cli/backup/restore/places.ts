import { z } from "zod";
import type { OpenBackup } from "../../../src/backup/store/open.ts";
import { backupSystem, backupWorker } from "../../../src/declare/backup-worker.ts";
import { bindersOf } from "../../../src/declare/graph.ts";
import type { System } from "../../../src/declare/index.ts";
import type { StoreOf } from "../../../src/declare/kinds/kinds.ts";
import { factsOf } from "../../../src/declare/kinds/resources.ts";
import { declaredName } from "../../../src/declare/physical-name.ts";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { Switched } from "../../../src/project/switched.ts";
import { outputsOf, type StateResource } from "../../../src/reality/state.ts";
import { kinds } from "../../../src/resources/kinds/kinds.ts";
import type { Following } from "../../stack/switch/permitted.ts";
import { type NamedStore, type SwitchedKind, switchedKinds } from "../../stack/switch/switching.ts";
import { heldBack, heldLetters } from "./in-place/held-back.ts";
import { nameBeside } from "./named.ts";

/** A store of the stage that a backup has, and what is to take its place. */
export interface Place {
  readonly kind: SwitchedKind;
  /** `<system>/<name>` */
  readonly key: string;
  readonly declared: StoreOf<SwitchedKind>;
  readonly from: NamedStore;
  /** Of the new one. */
  readonly name: string;
}

export interface Known {
  readonly stage: Stage;
  readonly systems: readonly System[];
  readonly state: readonly StateResource[];
  readonly switched: Switched;
}

export interface Places {
  readonly places: readonly Place[];
  /** What the backup has and does not take the place of what serves, a line each with the reason. */
  readonly held: readonly string[];
  /** Keys of what the stage does not declare. */
  readonly undeclared: readonly string[];
}

/** What of a backup takes which place in the stage, and what does not. Throws UserError for what the stack has never had. */
export function placesOf(backup: OpenBackup, known: Known): Places {
  const { databases, namespaces, buckets, indexes, letters } = backup.manifest;
  const wanted = [
    ...databases.map(({ key }) => ({ key, kind: "d1" as const })),
    ...namespaces.map(({ key }) => ({ key, kind: "kv" as const })),
    ...buckets.map(({ key }) => ({ key, kind: "r2" as const })),
    ...indexes.map(({ key }) => ({ key, kind: "vectorize" as const })),
  ];
  const places: Place[] = [];
  const held: string[] = [];
  const undeclared: string[] = [];
  for (const each of wanted) {
    const declared = declaredIn(known.systems, each);
    const why = declared && heldBack(declared, backup.manifest, each.key, known.stage.name);
    if (declared === undefined) undeclared.push(each.key);
    else if (why !== undefined) held.push(`${each.key}: ${why}`);
    else places.push(placeOf({ ...each, declared }, backup.head.name, known));
  }
  for (const { key, messages } of letters) if (messages > 0) held.push(`${key}: ${heldLetters(messages)}`);
  return { places, held, undeclared };
}

/** What is declared under a key, of the kinds that can take another's place. */
export const declaredIn = (
  systems: readonly System[],
  { kind, key }: { readonly kind: SwitchedKind; readonly key: string },
): StoreOf<SwitchedKind> | undefined =>
  systems
    .flatMap(({ name, resources }) =>
      resources.flatMap((store) =>
        store.kind === kind && isSwitched(store) && `${name}/${store.name}` === key ? [store] : [],
      ),
    )
    .at(0);

const isSwitched = (store: System["resources"][number]): store is StoreOf<SwitchedKind> =>
  switchedKinds.some((kind) => kind === store.kind);

function placeOf(each: Omit<Place, "from" | "name">, backup: string, known: Known): Place {
  const from = hadBy(known.state, each);
  if (from === undefined) throw neverHad(each.key, known.stage);
  const kept = known.switched[`${each.kind} ${each.key}`]?.kept ?? [];
  // One that serves or served has been written to.
  const taken = new Set([from.name, ...kept.map(({ name }) => name)]);
  const name = nameBeside(
    declaredName(each.declared, known.stage),
    backup,
    factsOf(each.declared).name.longest,
    taken,
  );
  return { ...each, from, name };
}

const resource = z.object({ id: z.string(), name: z.string().optional(), title: z.string().optional() });
const putOut = z.object({
  stores: z.record(z.string(), z.object({ kind: z.string(), name: z.string(), id: z.string() })).default({}),
});

/** What the stack has under a declaration: by its resource, and where a refresh has dropped that by what it put out. */
export function hadBy(
  state: readonly StateResource[],
  { kind, key }: { readonly kind: SwitchedKind; readonly key: string },
): NamedStore | undefined {
  const parsed = resource.safeParse(outputsOf(state, kinds[kind].type, key));
  const name = parsed.data?.name ?? parsed.data?.title;
  if (parsed.success && name !== undefined) return { id: parsed.data.id, name };
  const stack = state.find(({ type }) => type === "pulumi:pulumi:Stack");
  const told = putOut.parse(stack?.outputs ?? {}).stores[key];
  return told?.kind === kind ? { id: told.id, name: told.name } : undefined;
}

/** The stores, and the workers of the stage that bind them. The one that writes backups binds every database and namespace. */
export const followingOf = (systems: readonly System[], stores: readonly string[]): Following => {
  const keys = new Set(stores);
  const workers = systems.flatMap((system) =>
    systems
      .flatMap((owner) => owner.resources.filter((each) => keys.has(`${owner.name}/${each.name}`)))
      .flatMap((store) => bindersOf(system, store).map(({ name }) => `${system.name}/${name}`)),
  );
  const backups = `${backupSystem.name}/${backupWorker.name}`;
  return { stores: [...keys], workers: [...new Set([...workers, backups])] };
};

const neverHad = (key: string, { name }: Stage): UserError =>
  new UserError({
    what: `The stack of ${name} has nothing that what is restored could take the place of; nothing was made`,
    where: `${key}, in the state of ${name}`,
    got: "no such store, and none that it ever put out",
    expected: "a stack that was up with it",
    fix: sentence`bring the stage up first (${command("up")}); where the state was lost: ${command("state restore", { stage: name, file: "<backup>" })}`,
  });
