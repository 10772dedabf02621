import { command, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import { progressOf } from "../../src/release/driver/progress.ts";
import type { Journal } from "../../src/release/journal/journal.ts";

/** A release as the stack's state tells of it. */
interface Elsewhere {
  readonly id: string;
  readonly by: string;
  /** ISO 8601; empty where an earlier version began it. */
  readonly at: string;
}

/** What ended the driver and not the release, with how it goes on. */
export const stopped = ({ diagnostic, others }: UserError, stage: Stage, id: string): UserError =>
  new UserError(
    {
      ...diagnostic,
      fix: sentence`${diagnostic.fix}. Release ${id} waits where it is: ${command("release", { stage: stage.name, resume: true })}; or end it: ${command("release", { stage: stage.name, abort: true, reason: "<why>" })}`,
    },
    { others },
  );

const ways = (stage: Stage): Sentence =>
  sentence`go on with it: ${command("release", { stage: stage.name, resume: true })}; or end it: ${command("release", { stage: stage.name, abort: true, reason: "<why>" })}`;

export const alreadyUnderWay = (journal: Journal, stage: Stage): UserError => {
  const { id, by } = progressOf(journal.entries());
  return new UserError({
    what: `A release of ${stage.name} is under way`,
    where: journal.file,
    got: `release ${id}, begun by ${by}`,
    expected: "none",
    fix: ways(stage),
  });
};

export const underWayElsewhere = ({ id, by, at }: Elsewhere, stage: Stage): UserError =>
  new UserError({
    what: `A release of ${stage.name} is under way, begun elsewhere; nothing was changed`,
    where: `the state of stack ${stage.name}`,
    got: `release ${id}, begun by ${by}${at === "" ? "" : ` at ${at}`}`,
    expected: "none",
    fix: sentence`let its driver go on. Where that has ended with its folder, take it over: ${command("release", { stage: stage.name, resume: true })}; or end it: ${command("release", { stage: stage.name, abort: true, reason: "<why>" })}`,
  });

export const warmAlready = (file: string, stage: Stage): UserError =>
  new UserError({
    what: "A release that runs keeps the warm-up that it began with",
    where: `stage ${stage.name}`,
    got: `--warm-up ${file}, while a release is under way`,
    expected: "--warm-up where a release begins",
    fix: "leave it out",
  });

export const noneUnderWay = (wish: string, stage: Stage): UserError =>
  new UserError({
    what: `No release of ${stage.name} is under way`,
    where: `--${wish}`,
    got: "no journal that has not ended, in this folder",
    expected: "a release that was begun here",
    fix: sentence`begin one: ${command("release", { stage: stage.name })}`,
  });

export const overtaken = (stage: Stage): UserError =>
  new UserError({
    what: `Another driver began or ended a release of ${stage.name} just now; nothing was changed by this one`,
    where: `stage ${stage.name}`,
    got: "another release than a moment ago",
    expected: "the same one",
    fix: sentence`see what is there: ${command("releases", { stage: stage.name })}; then run again`,
  });

export const secondDriver = (stage: Stage, heldBy: string): UserError =>
  new UserError({
    what: `The release of ${stage.name} is driven already; nothing was changed by this one`,
    where: `stage ${stage.name}`,
    got: heldBy,
    expected: "one driver",
    fix: sentence`watch that one; to end the release: ${command("release", { stage: stage.name, abort: true, reason: "<why>" })}`,
  });
