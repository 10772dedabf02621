import { z } from "zod";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { ReportInput } from "../pull-request/input.ts";
import { marker, report } from "../pull-request/report.ts";
import { callGithub, listed, type Repository } from "./api.ts";
import { isOwn, written } from "./own.ts";

const pull = z.looseObject({ number: z.number(), head: z.looseObject({ sha: z.string() }) });

/**
 * Writes a report as the comment of its pull request: a new one the first time, afterwards in its place. The report was made by a job that ran the
 * code of the pull request. So it is rendered here, and goes to no pull request but the one whose head was looked at.
 * @param head the commit that GitHub says the job ran for
 */
export async function writeComment(
  input: ReportInput,
  head: string,
  repository: Repository,
): Promise<string> {
  const { pullRequest: number } = input;
  if (number === undefined)
    throw wrong("The report is of no pull request", "no number", "a report that was saved in a job of one");
  const { head: newest } = pull.parse(await callGithub(repository, "GET", `/pulls/${number}`));
  if (newest.sha !== head || input.commit !== head)
    throw wrong(
      `The report is not of what pull request ${number} is now; nothing was written`,
      `a job for ${head}, a report of ${input.commit ?? "no commit"}, and ${newest.sha} as the head`,
      "one commit: the head of the pull request",
    );
  const body = report(input);
  const comments = await listed(repository, `/issues/${number}/comments`, (page) =>
    z.array(written).parse(page),
  );
  const own = comments.find((each) => isOwn(each, marker));
  if (own?.body === body) return `The comment of pull request ${number} says this already`;
  if (own !== undefined) {
    await callGithub(repository, "PATCH", `/issues/comments/${own.id}`, { body });
    return `The comment of pull request ${number} was edited`;
  }
  await callGithub(repository, "POST", `/issues/${number}/comments`, { body });
  return `Pull request ${number} has a comment`;
}

const wrong = (what: string, got: string, expected: string): UserError =>
  new UserError({
    what,
    where: "the saved report",
    got,
    expected,
    fix: "nothing, where the pull request has moved on: the job for its new head writes the comment; otherwise look at who made the report",
  });
