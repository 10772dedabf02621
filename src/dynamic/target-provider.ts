import { z } from "zod";
import { call } from "../cloudflare/api.ts";
import { connection } from "../cloudflare/connection.ts";
import { placeOfRun } from "../cloudflare/place-of-run.ts";
import { command, embeddedShell, pulumi, sentence } from "../diagnostic/sentence.ts";
import { type Diagnostic, render, UserError } from "../diagnostic/user-error.ts";
import { keptNotes } from "../reindex/noted.ts";
import { type KeptJournals, keptJournals, mergedJournals, overtaken } from "../release/journal/kept.ts";
import { lookForLosses, remembered } from "./target-losses.ts";

const worker = z.object({
  name: z.string(),
  heldBy: z.array(z.string()),
  crons: z.array(z.string()).optional(),
  limited: z.boolean().optional(),
  classes: z.record(z.string(), z.enum(["live", "gone"])),
});
const recorded = z.object({
  target: z.enum(["embedded", "cloudflare"]),
  accountId: z.string(),
  systems: z.record(z.string(), z.record(z.string(), z.string())),
  retired: z.array(z.string()),
  workers: z.record(z.string(), worker).default({}),
  approved: z.array(z.looseObject({})).default([]),
  /** Noted for everybody who would change the stack meanwhile. */
  release: z.object({ id: z.string(), by: z.string(), at: z.string() }).optional(),
});
/** Calls that put back what was changed by hand and no provider sees: made once, and no part of what is compared later. */
const repairs = z.object({
  repairs: z
    .array(
      z.object({
        of: z.string(),
        method: z.enum(["PUT", "POST"]),
        path: z.string(),
        body: z.looseObject({}).or(z.array(z.unknown())),
      }),
    )
    .default([]),
});
/** Whose stack it is: for messages, and no part of what is compared. */
const of = z.object({ stage: z.string().optional() });
export type Recorded = z.infer<typeof recorded>;

/** The provider behind the resource `Target`. Its check compares what the stack was with what the program wants it to be. */
export const provider = {
  async check(
    olds: unknown,
    news: unknown,
  ): Promise<{ inputs: unknown; failures: { property: string; reason: string }[] }> {
    // A state that cannot be read must not pass for none: every refusal would be off.
    const before = isFirst(olds) ? undefined : recorded.parse(olds);
    const after = recorded.parse(news);
    // Without a property: the engine would print its whole value, all that the stack has, before the reason.
    const place = placeOfRun(of.parse(news).stage);
    const refused = before === undefined ? [] : refusals(before, after);
    const looked =
      refused.length > 0 || before === undefined ? undefined : await losses(olds, news, after).catch(unseen);
    const failures = [...refused, ...takenFrom(olds, news), ...(looked?.refusals ?? [])].map(
      (diagnostic) => ({
        property: "",
        reason: render(diagnostic, place),
      }),
    );
    return {
      inputs: {
        ...z.looseObject({}).parse(news),
        ...looked?.memory,
        ...journalsOf(olds, news),
        ...keptNotes(olds, news),
      },
      failures,
    };
  },
  async diff(_id: string, olds: unknown, news: unknown): Promise<{ changes: boolean; replaces: string[] }> {
    return {
      changes:
        repairs.parse(news).repairs.length > 0 ||
        JSON.stringify(recorded.parse(olds)) !== JSON.stringify(recorded.parse(news)),
      replaces: [],
    };
  },
  async create(news: unknown): Promise<{ id: string; outs: unknown }> {
    return { id: "target", outs: withoutNotes(news) };
  },
  async update(_id: string, _olds: unknown, news: unknown): Promise<{ outs: unknown }> {
    for (const { method, path, body } of repairs.parse(news).repairs)
      await call(connection(process.env, process.cwd()), method, path, body);
    return { outs: withoutNotes(news) };
  },
  async read(id: string, props: unknown): Promise<{ id: string; props: unknown }> {
    return { id, props };
  },
  async delete(): Promise<void> {},
};

const kept = z.object({ journals: keptJournals.default({}) });
const keptIn = (values: unknown): KeptJournals => kept.parse(values ?? {}).journals;

/** Journals of releases, which the state keeps as its own inputs: nothing is compared by them. */
function journalsOf(olds: unknown, news: unknown): z.infer<typeof kept> | undefined {
  const journals = mergedJournals(keptIn(olds), keptIn(news));
  return Object.keys(journals).length === 0 ? undefined : { journals: { ...journals } };
}

/** Once among the inputs is enough. */
function withoutNotes(news: unknown): unknown {
  const { journals: _, reindexing: __, ...rest } = z.looseObject({}).parse(news);
  return rest;
}

/** A driver whose release somebody else has taken over changes nothing any more. */
function takenFrom(olds: unknown, news: unknown): Diagnostic[] {
  const taken = overtaken(keptIn(olds), keptIn(news));
  if (taken === undefined) return [];
  return [
    {
      what: `Release ${taken.id} was taken over by ${taken.by}; nothing was changed by this driver`,
      where: "the release's journal in the stack's state",
      got: "an up of the driver of before",
      expected: "one driver",
      fix: sentence`let that one go on; where it has ended: ${command("release", { resume: true })}`,
    },
  ];
}

const previously = z.object({ systems: recorded.shape.systems.default({}) });

const losses = (olds: unknown, news: unknown, after: Recorded): ReturnType<typeof lookForLosses> =>
  lookForLosses(
    () => ({ api: connection(process.env, process.cwd()), accountId: after.accountId }),
    remembered.parse(olds),
    remembered.parse(news),
    after,
    previously.parse(olds),
  );

/** What cannot be looked at is not taken for being there. */
function unseen(error: unknown): Awaited<ReturnType<typeof lookForLosses>> {
  if (!(error instanceof UserError)) throw error;
  return { memory: { stores: {}, objects: {} }, refusals: [error.diagnostic, ...error.others] };
}

const isFirst = (olds: unknown): boolean =>
  olds === undefined || olds === null || (typeof olds === "object" && Object.keys(olds).length === 0);

/** What must not happen to a stack. */
export function refusals(before: Recorded, after: Recorded): readonly Diagnostic[] {
  const elsewhere = livesElsewhere(before, after);
  return elsewhere.length > 0 ? elsewhere : [...workersHarmed(before, after), ...lostStores(before, after)];
}

/** Where a stack is. */
export const home = recorded.pick({ target: true, accountId: true });
type Home = z.infer<typeof home>;

/** What refuses a run against another account than the stack's resources are in. */
export function livesElsewhere(before: Home, after: Home): readonly Diagnostic[] {
  if (before.target !== after.target) return [otherTarget(before, after)];
  return before.accountId === after.accountId ? [] : [otherAccount(before, after)];
}

function lostStores(before: Recorded, after: Recorded): Diagnostic[] {
  return Object.entries(before.systems).flatMap(([name, stores]): Diagnostic[] => {
    const now = after.systems[name];
    if (now === undefined) return after.retired.includes(name) ? [] : [systemGone(name, stores)];
    return Object.entries(stores).flatMap(([store, identity]): Diagnostic[] => {
      const wanted = now[store];
      return wanted === undefined || wanted === identity ? [] : [exchanged(store, identity, wanted)];
    });
  });
}

/** What Cloudflare would refuse in the middle of an update, or what would leave objects behind that nothing protects. */
function workersHarmed(before: Recorded, after: Recorded): Diagnostic[] {
  return Object.entries(before.workers).flatMap(([label, was]) => {
    const now = after.workers[label];
    if (now === undefined) return [];
    const renamed: Diagnostic[] =
      was.name !== now.name && was.heldBy.length > 0 ? [renamedWhileHeld(label, was, now)] : [];
    const lost = Object.entries(was.classes).flatMap(([className, state]): Diagnostic[] =>
      state === "live" && now.classes[className] === undefined
        ? [classGone(label, className, Object.keys(now.classes))]
        : [],
    );
    const { crons = [] } = was;
    const running = crons.length > 0 && now.crons === undefined;
    const limited = was.limited === true && now.limited === undefined;
    return [
      ...renamed,
      ...lost,
      ...(running ? [cronsLeftOut(label, crons)] : []),
      ...(limited ? [limitsLeftOut(label)] : []),
    ];
  });
}

const otherTarget = (before: Home, after: Home): Diagnostic => ({
  what: "This stack lives on another target",
  where: "the target of this run",
  got: after.target,
  expected: `${before.target}, where the stack's resources are (account ${before.accountId})`,
  fix:
    before.target === "embedded"
      ? sentence`work on the embedded target: ${embeddedShell}; a real account has its own backend (${pulumi("login")}) and its own stacks`
      : sentence`leave the embedded shell, log in to the backend of the real stacks (${pulumi("login")}) and try again`,
});

const otherAccount = (before: Home, after: Home): Diagnostic =>
  before.target === "embedded" ? otherEmbeddedAccount(before, after) : otherRealAccount(before, after);

const otherEmbeddedAccount = (before: Home, after: Home): Diagnostic => ({
  what: "This stack lives in another account of the embedded Cloudflare",
  where: "project.ts, embeddedAccount of the stage",
  got: after.accountId,
  expected: `${before.accountId}, where the stack's resources are`,
  fix: sentence`give the stage the embeddedAccount that it had (without one, it is the stage's name); or take the stack down with project.ts as it was and bring it up again: ${command("destroy")}, then ${command("up")}`,
});

const otherRealAccount = (before: Home, after: Home): Diagnostic => ({
  what: "This stack lives in another account",
  where: "cloudflare:accountId or CLOUDFLARE_ACCOUNT_ID",
  got: after.accountId,
  expected: `${before.accountId}, where the stack's resources are`,
  fix: `set CLOUDFLARE_ACCOUNT_ID=${before.accountId}; for a second account make a second stack`,
});

const systemGone = (name: string, stores: Readonly<Record<string, string>>): Diagnostic => ({
  what: `System ${name} still has resources in this stack, and without it in the list they would be deleted`,
  where: "lockstep:systems",
  got: `a list without ${name}`,
  expected: `${name} in the list, because of ${Object.keys(stores).join(", ") || "its workers"}`,
  fix: sentence`put ${name} back, or take it down for good: ${command("retire", { system: name })}`,
});

const exchanged = (store: string, identity: string, wanted: string): Diagnostic => ({
  what: `${store} would be exchanged for another, empty one`,
  where: store,
  got: wanted,
  expected: identity,
  fix: sentence`declare a new resource beside it, move the data, and remove the old one in a later change; where a restore has switched it elsewhere, take its stack file over (lockstep:switched)`,
});

const limitsLeftOut = (worker: string): Diagnostic => ({
  what: "Limits are gone from the declaration, and Cloudflare's provider would leave them as they are",
  where: `${worker}, limits`,
  got: "no limits",
  expected: "limits, or {} for those that Cloudflare has",
  fix: "write limits: {}; once it is deployed it may go",
});

const classGone = (worker: string, className: string, declared: readonly string[]): Diagnostic => ({
  what: `Durable Object class ${className} is gone from the declaration, and nothing says what becomes of its objects`,
  where: `${worker}, durableObjects`,
  got: declared.join(", ") || "no classes",
  expected: `${className}, with its lifecycle: deleted, renamed or transferred`,
  fix: `put it back, or declare what is to happen: ${className}: { lifecycle: { state: "deleted" } } deletes every object of it`,
});

/** Deleting their resource ends nothing: the provider calls nothing for it. */
const cronsLeftOut = (label: string, crons: readonly string[]): Diagnostic => ({
  what: `The crons of ${label} are gone from the declaration, and would run on at Cloudflare`,
  where: `${label}, crons`,
  got: "nothing",
  expected: `a list: it had ${crons.join(", ")}`,
  fix: "write crons: [] to end them; it can be left out after the next up",
});

const renamedWhileHeld = (
  label: string,
  was: Recorded["workers"][string],
  now: Recorded["workers"][string],
): Diagnostic => ({
  what: `Worker ${label} would be renamed, and Cloudflare renames no worker that others bind or that consumes a queue`,
  where: `${label}, physicalName`,
  got: now.name,
  expected: `${was.name}, because of ${was.heldBy.join(", ")}`,
  fix: "in three steps, an up after each: take those bindings and consumers out; rename it; put them back",
});
