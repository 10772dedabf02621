import { checks, type Verdict } from "./checks.ts";
import type { FactsOfStage } from "./facts.ts";
import { type CheckName, type Item, items, type Phase } from "./items.ts";
import type { Checks, Signature } from "./signatures.ts";

/** An item as it stands. */
export interface Ticked extends Item {
  /** `open`: a person has not signed it for this release. */
  readonly state: Verdict["state"] | "open";
  /** What the check found, or who signed it. */
  readonly said: string;
}

/** What a signature is for, by phase: the files that would be deployed, or what serves. */
export type Releases = Readonly<Record<Phase, string>>;

/** Every item of these phases: ticked by its check, by a signature for this release, or open. */
export async function ticked(
  asked: readonly Phase[],
  facts: FactsOfStage,
  signatures: readonly Signature[],
  releases: Releases,
): Promise<readonly Ticked[]> {
  const wanted = items.filter(({ phase }) => asked.includes(phase));
  const names = [...new Set(wanted.flatMap(({ check }) => check ?? []))];
  const found = new Map<CheckName, Verdict>();
  // One after the other: together they are asked at once all the same, and each is found out once.
  for (const name of names) found.set(name, await checked(name, facts));
  return wanted.map((item) => {
    const verdict = item.check === undefined ? undefined : found.get(item.check);
    return { ...item, ...(verdict ?? signed(item, signatures, releases)) };
  });
}

/** A check that breaks off hides nothing of the others. */
async function checked(name: CheckName, facts: FactsOfStage): Promise<Verdict> {
  try {
    return await checks[name](facts);
  } catch (error) {
    const said = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { state: "unknown", said };
  }
}

function signed(
  { id, phase }: Item,
  signatures: readonly Signature[],
  releases: Releases,
): Pick<Ticked, "state" | "said"> {
  const last = signatures.findLast(({ item }) => item === id);
  if (last === undefined) return { state: "open", said: "a person signs it" };
  const who = `${last.by}, ${last.at.slice(0, 16).replace("T", " ")}`;
  return last.release === releases[phase]
    ? { state: "done", said: `signed by ${who}` }
    : { state: "open", said: `signed for something else that was deployed: ${who}` };
}

/** What the checks of a phase said, to be kept with a signature. */
export const checksOf = (all: readonly Ticked[], phase: Phase): Checks =>
  Object.fromEntries(
    all.flatMap(({ id, phase: of, state, said, check }) =>
      of === phase && check !== undefined && state !== "open" ? [[id, { state, said }]] : [],
    ),
  );
