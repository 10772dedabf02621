import { exchange } from "../../src/cloudflare/exchange.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";

/** A repository of GitHub, and how to speak to its API. */
export interface Repository {
  /** `owner/name` */
  readonly name: string;
  /** Without a final slash. */
  readonly api: string;
  readonly token: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The repository that a job of GitHub Actions runs for. Throws UserError where this is none. */
export function repositoryOf(env: Environment): Repository {
  const name = env["GITHUB_REPOSITORY"] ?? "";
  const token = env["GITHUB_TOKEN"] ?? "";
  if (!/^[\w.-]+\/[\w.-]+$/.test(name))
    throw missing(
      "GITHUB_REPOSITORY",
      name === "" ? "nothing" : name,
      "owner/name, as a job of GitHub Actions has it",
    );
  if (token === "") throw missing("GITHUB_TOKEN", "nothing", "a token that may write comments and issues");
  return { name, token, api: (env["GITHUB_API_URL"] || "https://api.github.com").replace(/\/+$/, "") };
}

/** Where a person looks at the job's run. */
export const runOf = ({ name }: Repository, env: Environment): string =>
  `${env["GITHUB_SERVER_URL"] || "https://github.com"}/${name}/actions/runs/${env["GITHUB_RUN_ID"] ?? ""}`;

const missing = (variable: string, got: string, expected: string): UserError =>
  new UserError({
    what: "This is no job of GitHub Actions, or it has no token",
    where: `the environment variable ${variable}`,
    got,
    expected,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's
    fix: "in the workflow: env: GITHUB_TOKEN: ${{ github.token }}, and the permission that the docs name (docs/ci.md)",
  });

const answerMs = 30_000;

/** One call of GitHub's API; gives the answer, unparsed. Throws UserError for everything but a success. */
export async function callGithub(
  { name, api, token }: Repository,
  method: "GET" | "POST" | "PATCH",
  path: string,
  body?: object,
): Promise<unknown> {
  const asked = `${method} /repos/${name}${path}`;
  const sent = await exchange(`${api}/repos/${name}${path}`, {
    method,
    timeoutMs: answerMs,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "x-github-api-version": "2022-11-28",
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (sent.kind === "noAnswer")
    throw refused(asked, sent.message, "check the network, then run the job again");
  if (sent.status < 200 || sent.status > 299)
    throw refused(
      asked,
      `${sent.status}: ${sent.text.slice(0, 300)}`,
      sent.status === 403 || sent.status === 404
        ? "the job needs a permission: `pull-requests: write` for comments, `issues: write` for issues"
        : "mend what GitHub says, then run the job again",
    );
  try {
    return JSON.parse(sent.text);
  } catch {
    throw refused(asked, "an answer that is not JSON", "run the job again");
  }
}

const refused = (asked: string, got: string, fix: string): UserError =>
  new UserError({ what: "GitHub did not do it", where: asked, got, expected: "a success", fix });

const perPage = 100;
/** Pages after which a list is not read on: nobody's pull request has 10,000 comments. */
const mostPages = 100;

/** Every item of a list, page after page; each page is read by `read`. */
export async function listed<Item>(
  repository: Repository,
  path: string,
  read: (page: unknown) => readonly Item[],
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const joint = path.includes("?") ? "&" : "?";
    const found = read(
      await callGithub(repository, "GET", `${path}${joint}per_page=${perPage}&page=${page}`),
    );
    items.push(...found);
    if (found.length < perPage) break;
  }
  return items;
}
