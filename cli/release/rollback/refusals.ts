import { command, named, type Sentence, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { RollbackNote } from "./journal.ts";
import { nameVersion } from "./name-version.ts";
import { brokenLines, type Pair } from "./pair.ts";

export const besideAnother = (
  release: { readonly id: string; readonly by: string },
  { name }: Stage,
): UserError =>
  new UserError({
    what: `Release ${release.id} of ${name} is under way, and goes back by itself when it is aborted`,
    where: `stack ${name}`,
    got: `a rollback beside the release of ${release.by}`,
    expected: "one way back",
    fix: [command("release", { stage: name, abort: true, reason: "<why>" })],
  });

export const driven = (heldBy: string, { name }: Stage): UserError =>
  new UserError({
    what: `${name} is changed already, by a release or a rollback; nothing was changed by this one`,
    where: `stage ${name}`,
    got: heldBy,
    expected: "one at a time",
    fix: "wait for that one",
  });

/** The command that goes on with a rollback that was ended in the middle. */
const again = ({ version, undo }: RollbackNote, { name }: Stage): Sentence => [
  command("rollback", {
    stage: name,
    ...(version !== null && !undo && { version }),
    ...(undo ? { undo: true } : { "to-bookmark": true }),
  }),
];

export const otherwise = (open: RollbackNote, stage: Stage): UserError =>
  new UserError({
    what: `A rollback of ${stage.name} has not ended: databases may be back, and code that does not know them may serve; nothing was changed by this one`,
    where: `stage ${stage.name}`,
    got: `another command than the one of ${open.by} at ${open.at}`,
    expected: "that rollback gone on with, or taken back",
    fix: open.undo
      ? sentence`go on with it: ${again(open, stage)}`
      : sentence`go on with it: ${again(open, stage)}; or take it back: ${command("rollback", { stage: stage.name, undo: true })}`,
  });

export const notBegun = ({ name }: Stage, where: string): UserError =>
  new UserError({
    what: `No rollback of ${name} is there to be taken back`,
    where,
    got: "no note of one that was not taken back already, in this folder",
    expected: "a rollback that was begun here",
    fix: nameVersion("<worker>"),
  });

export const notNeeded = ({ name }: Stage, version: string | undefined): UserError =>
  new UserError({
    what: "No database has to be put back: nothing that is known of the version breaks on today's schema; nothing was changed",
    where: "--to-bookmark",
    got: "a loss that nobody needs",
    expected: "a rollback of the code alone",
    fix: sentence`${command("rollback", { stage: name, ...(version !== undefined && { version }) })}; to put databases back for another reason: ${named("restore", `${name} --at <time>`)}`,
  });

export const stillBroken = (pairs: readonly Pair[], { name }: Stage): UserError =>
  new UserError({
    what: "The databases are back, and the version does not work with them all the same; the code was left as it is",
    where: pairs.map(({ key }) => key).join(", "),
    got: pairs.flatMap(brokenLines).join("; "),
    expected: "every statement that it is known to run to work",
    fix: sentence`take it back: ${command("rollback", { stage: name, undo: true })}; or roll forward: ${command("up", { stage: name })} applies the migrations again`,
  });

/** What follows from a rollback, for whoever made it. */
export const undoText = ({ undo, databases }: RollbackNote, { name }: Stage): readonly Sentence[] => [
  ...(undo
    ? []
    : [
        sentence`To take it back: ${command("rollback", { stage: name, undo: true })}`,
        sentence`Until then, or until the next ${command("release", { stage: name })}, an up uploads new code and lets nobody meet it.`,
      ]),
  ...(undo || databases.length === 0
    ? []
    : [
        "What is written from now on is lost by that. The next up runs the migrations again that were undone; contracts among them wait to be opened.",
      ]),
];
