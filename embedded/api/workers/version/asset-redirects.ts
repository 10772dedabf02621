/** A mistake in a file of rules: the line it is in, and what is wrong. */
export interface LineError {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** Longer lines are no rules to Cloudflare. */
export const longestLine = 2_000;
const [mostStatic, mostDynamic] = [2_000, 100];
const statuses = ["200", "301", "302", "303", "307", "308"];

interface Rule {
  readonly from: string;
  readonly to: string;
  readonly status: string;
}

/** What is wrong with `_redirects`, line by line, in Cloudflare's words. `htmlHandling` strips `.html` and `/index`, except for `none`. */
export function redirectErrors(text: string, htmlHandling: unknown): readonly LineError[] {
  const errors: LineError[] = [];
  const seen = new Set<string>();
  const count = { static: 0, dynamic: 0 };
  for (const [index, raw] of text.split("\n").entries()) {
    const content = raw.trim();
    if (content === "" || content.startsWith("#")) continue;
    const error = (message: string): unknown => errors.push({ line: index + 1, message });
    const rule = ruleOf(content);
    if (typeof rule === "string") {
      error(rule);
      continue;
    }
    // Whatever stands behind the first rule with a wildcard counts as one that has any.
    const kind = count.dynamic > 0 || isDynamic(rule.from) ? "dynamic" : "static";
    count[kind] += 1;
    const limit = kind === "dynamic" ? mostDynamic : mostStatic;
    if (count[kind] > limit) {
      error(`Maximum number of ${kind} _redirects rules limit of ${limit} exceeded`);
      break;
    }
    const wrong = wrongWith(rule, htmlHandling);
    if (wrong !== undefined) error(wrong);
    else if (seen.has(rule.from)) error(`Duplicate rule for path ${rule.from}.`);
    seen.add(rule.from);
  }
  return errors;
}

/** The rule in a line, or what keeps the line from being one. */
function ruleOf(content: string): Rule | string {
  if (content.length > longestLine) return `Line exceeds the maximum allowed length of ${longestLine}.`;
  const tokens = content.replace(/\s+#.*$/, "").split(/\s+/);
  const [from, to, status = "302"] = tokens;
  if (from === undefined || to === undefined || tokens.length > 3)
    return `Expected exactly 2 or 3 whitespace-separated tokens. Got ${tokens.length}.`;
  if (hasHost(from)) return "Only relative URLs are allowed.";
  return { from: from.startsWith("/") ? from : `/${from}`, to, status };
}

function wrongWith({ from, to, status }: Rule, htmlHandling: unknown): string | undefined {
  const isRelative = to.startsWith("/");
  if (!isRelative && !/^https:\/\/+[^/]/.test(to))
    return 'URLs should either be relative (e.g. begin with a forward-slash), or use HTTPS (e.g. begin with "https://").';
  if (!statuses.includes(status))
    return `Valid status codes are 200, 301, 302 (default), 303, 307, or 308. Got ${status}.`;
  const toIndex = isRelative && /\/index(\.html)?$/.test(to);
  if (toIndex && (from.endsWith("/*") || (from.endsWith("/") && htmlHandling !== "none")))
    return "Infinite loop detected in this rule. This would cause a redirect to strip `.html` or `/index` and end up triggering this rule again.";
  if (status === "200" && !isRelative)
    return `Proxy (200) redirects can only point to relative paths. Got ${to}`;
  return undefined;
}

const hasHost = (url: string): boolean => /^[a-z][a-z\d+.-]*:\/\//i.test(url);
const isDynamic = (from: string): boolean => from.includes("*") || /:[a-z]\w*/i.test(from);
