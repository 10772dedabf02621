import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";

/** A comment or an issue as it is kept. */
export interface Kept {
  readonly id: number;
  readonly number: number;
  readonly title?: string | undefined;
  readonly body: string;
  readonly state: string;
  readonly labels: readonly string[];
  readonly user: { readonly login: string; readonly type: "Bot" | "User" };
}

export interface FakeGithub {
  /** The variables that a job of GitHub Actions has, for this one. */
  readonly env: Readonly<Record<string, string>>;
  readonly comments: Kept[];
  readonly issues: Kept[];
  /** Method and path of each call. */
  readonly calls: string[];
  /** Pull request → commit at its head. */
  readonly heads: Map<number, string>;
  readonly close: () => Promise<void>;
}

const token = "ghs_of-the-job";
const bot = { login: "github-actions[bot]", type: "Bot" } as const;
const sent = z.object({
  title: z.string().optional(),
  body: z.string().max(65_536).optional(),
  state: z.string().optional(),
  labels: z.array(z.string()).optional(),
});

/** The part of GitHub's API that jobs write to, on loopback. Pages, permissions and the limit of a body are as there. */
export async function fakeGithub(): Promise<FakeGithub> {
  const comments: Kept[] = [];
  const issues: Kept[] = [];
  const calls: string[] = [];
  const heads = new Map<number, string>();
  const server = createServer((request, response) => {
    void answer(request.method ?? "", new URL(request.url ?? "", "http://x"), text(request));
    async function answer(method: string, url: URL, body: Promise<string>): Promise<void> {
      const path = url.pathname.replace("/repos/octo/shop", "");
      calls.push(`${method} ${path}`);
      const reply = (status: number, value: unknown): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
      };
      if (request.headers.authorization !== `Bearer ${token}`)
        return reply(401, { message: "Bad credentials" });
      const parsed = sent.safeParse(JSON.parse((await body) || "{}"));
      if (!parsed.success) return reply(422, { message: "Validation Failed" });
      const page = (all: readonly Kept[]): readonly Kept[] => {
        const size = Number(url.searchParams.get("per_page"));
        return all.slice((Number(url.searchParams.get("page")) - 1) * size).slice(0, size);
      };
      const make = (list: Kept[], number: number): void => {
        list.push({
          id: list.length + 100,
          number,
          labels: [],
          state: "open",
          user: bot,
          body: "",
          ...defined(parsed.data),
        });
        reply(201, list.at(-1));
      };
      const edit = (list: Kept[], at: number): void => {
        const found = list[at];
        if (found !== undefined) list[at] = { ...found, ...defined(parsed.data) };
        reply(found === undefined ? 404 : 200, list[at] ?? { message: "Not Found" });
      };
      const [, kind, first, rest] = path.split("/");
      const number = Number(first);
      const head = heads.get(number);
      if (method === "GET" && kind === "pulls" && head !== undefined)
        return reply(200, { number, head: { sha: head } });
      if (method === "GET" && rest === "comments")
        return reply(200, page(comments.filter((each) => each.number === number)));
      if (method === "POST" && rest === "comments" && heads.has(number)) return make(comments, number);
      if (method === "PATCH" && first === "comments")
        return edit(
          comments,
          comments.findIndex(({ id }) => id === Number(rest)),
        );
      if (method === "GET" && kind === "issues" && first === undefined) {
        const [label = "", state] = [url.searchParams.get("labels") ?? "", url.searchParams.get("state")];
        return reply(200, page(issues.filter((each) => each.state === state && each.labels.includes(label))));
      }
      if (method === "POST" && kind === "issues" && first === undefined)
        return make(issues, issues.length + 1);
      if (method === "PATCH" && kind === "issues")
        return edit(
          issues,
          issues.findIndex((each) => each.number === number),
        );
      reply(404, { message: "Not Found" });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    env: { GITHUB_API_URL: `http://127.0.0.1:${port}`, GITHUB_REPOSITORY: "octo/shop", GITHUB_TOKEN: token },
    comments,
    issues,
    calls,
    heads,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

type Sent = z.infer<typeof sent>;
const defined = ({ title, body, state, labels }: Sent): Partial<Kept> => ({
  ...(title !== undefined && { title }),
  ...(body !== undefined && { body }),
  ...(state !== undefined && { state }),
  ...(labels !== undefined && { labels }),
});
