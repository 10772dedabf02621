import { z } from "zod";
import { callGithub, listed, type Repository } from "./api.ts";
import { isOwn, written } from "./own.ts";

/** What one issue is to say. */
export interface OneIssue {
  /** The first line of its body, which nobody sees: the issue is known again by it. */
  readonly marker: string;
  readonly label: string;
  readonly title: string;
  /** Markdown, the marker first. */
  readonly body: string;
  /** Whether there is anything to be said: otherwise an open one is closed. */
  readonly isOpen: boolean;
}

/** What became of it. */
export type Kept =
  | { readonly kind: "none" }
  | { readonly kind: "opened" | "updated" | "closed"; readonly number: number };

/** Opens the one issue about something, keeps it up to date while it is there, and closes it. */
export async function keepIssue(
  { marker, label, title, body, isOpen }: OneIssue,
  repository: Repository,
): Promise<Kept> {
  const open = await listed(repository, `/issues?state=open&labels=${label}`, (page) =>
    z.array(written).parse(page),
  );
  const number = open.find((each) => each.number !== undefined && isOwn(each, marker))?.number;
  if (number !== undefined) {
    const change = isOpen ? { title, body } : { body, state: "closed" };
    await callGithub(repository, "PATCH", `/issues/${number}`, change);
    return { kind: isOpen ? "updated" : "closed", number };
  }
  if (!isOpen) return { kind: "none" };
  const made = z
    .looseObject({ number: z.number() })
    .parse(await callGithub(repository, "POST", "/issues", { title, body, labels: [label] }));
  return { kind: "opened", number: made.number };
}
