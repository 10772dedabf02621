import { describe, expect, test } from "vitest";
import { headerErrors } from "./asset-headers.ts";
import { redirectErrors } from "./asset-redirects.ts";

const messages = (
  errors: readonly { readonly line: number; readonly message: string }[],
): readonly string[] => errors.map(({ line, message }) => `${line}: ${message}`);
const loop =
  "Infinite loop detected in this rule. This would cause a redirect to strip `.html` or `/index` and end up triggering this rule again.";

describe("_redirects", () => {
  const judged = (text: string, htmlHandling?: string): readonly string[] =>
    messages(redirectErrors(text, htmlHandling));

  test("with rules as Cloudflare knows them is taken", () => {
    const text = [
      "# moved",
      "",
      "/home / 301   # for good",
      "/querystrings /?query=string 301",
      "/twitch https://twitch.tv",
      "/app /app.html 200",
      "blog/old /blog/new",
      "/news/:month/:date /archive?m=:month 308",
      "/page/* /page2/:splat 307",
      "/last /index.html",
    ].join("\r\n");
    expect(judged(text)).toEqual([]);
    expect(judged("/ /index.html", "none")).toEqual([]);
  });

  test.each([
    ["/* /index.html 200", `1: ${loop}`],
    ["/app/* /app/index", `1: ${loop}`],
    ["/ /index.html", `1: ${loop}`],
    ["https://www.example.com/* https://example.com/:splat 301", "1: Only relative URLs are allowed."],
    ["/a", "1: Expected exactly 2 or 3 whitespace-separated tokens. Got 1."],
    ["/with a/ /space 301", "1: Expected exactly 2 or 3 whitespace-separated tokens. Got 4."],
    ["/a /b 404", "1: Valid status codes are 200, 301, 302 (default), 303, 307, or 308. Got 404."],
    ["/a /b 301!", "1: Valid status codes are 200, 301, 302 (default), 303, 307, or 308. Got 301!."],
    ["\n/a /b\n/a /c", "3: Duplicate rule for path /a."],
    [
      "/a https://b.example 200",
      "1: Proxy (200) redirects can only point to relative paths. Got https://b.example",
    ],
    [
      "/a http://b.example",
      '1: URLs should either be relative (e.g. begin with a forward-slash), or use HTTPS (e.g. begin with "https://").',
    ],
    [`/a /${"b".repeat(2_000)}`, "1: Line exceeds the maximum allowed length of 2000."],
  ])("%j is refused", (text, error) => {
    expect(judged(text)).toEqual([error]);
  });

  test("names every line, and counts what follows a wildcard as one", () => {
    expect(judged("/a\n/b /c 999")).toHaveLength(2);
    const plain = Array.from({ length: 2_000 }, (_, n) => `/${n} /new/${n}`);
    const wild = Array.from({ length: 100 }, (_, n) => `/w${n}/* /new/:splat`);
    expect(judged([...plain, ...wild].join("\n"))).toEqual([]);
    expect(judged([...plain, "/one-more /b"].join("\n"))).toEqual([
      "2001: Maximum number of static _redirects rules limit of 2000 exceeded",
    ]);
    expect(judged(["/w/* /x", ...plain].join("\n"))).toEqual([
      "101: Maximum number of dynamic _redirects rules limit of 100 exceeded",
    ]);
  });
});

describe("_headers", () => {
  const judged = (text: string): readonly string[] => messages(headerErrors(text));

  test("with rules as Cloudflare knows them is taken", () => {
    const text = [
      "# all",
      "/*",
      "  X-Frame-Options: DENY",
      "  Link: <https://a.example/x:y>; rel=preload",
      "  ! Server",
      "/old/*",
      "/static/:name",
      "  x-robots-tag: noindex",
      "https://my.example.com/*",
      "  ! X-Frame-Options",
    ].filter((line) => line !== "/old/*");
    expect(judged(text.join("\r\n"))).toEqual([]);
  });

  test.each([
    ["/*\n  X-Frame-Options:", "2: Invalid header format"],
    ["/*\n  nothing", "2: Invalid header format"],
    ["/*\n  two words: x", "2: Invalid header format"],
    ["/*\n  : x", "2: Invalid header format"],
    ["X-A: b\n/*\n  X-A: b", "1: Path should come before header (X-A: b)"],
    ["nothing", "1: Expected a path beginning with at least one forward-slash"],
    ["/a\n/b\n  X-A: b", "1: No headers specified"],
    [
      "/* a comment as in C */\n/b\n  X-A: b",
      "1: Only one wildcard is allowed per rule. Use a named placeholder (e.g. :project) instead.",
    ],
    ["https://a.example:8080/*\n  X-A: b", "1: Specifying ports is not supported."],
    [
      "/:splat/*\n  X-A: b",
      "1: Cannot combine a wildcard * with a :splat placeholder because wildcards are converted to :splat at runtime.",
    ],
  ])("%j is refused", (text, error) => {
    expect(judged(text)).toEqual([error]);
  });

  test("has at most a hundred rules", () => {
    const rules = Array.from({ length: 101 }, (_, n) => `/${n}\n  X-N: ${n}`);
    expect(judged(rules.slice(0, 100).join("\n"))).toEqual([]);
    expect(judged(rules.join("\n"))).toEqual(["201: Maximum number of _headers rules limit of 100 exceeded"]);
  });
});
