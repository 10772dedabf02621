import { type LineError, longestLine } from "./asset-redirects.ts";

const mostRules = 100;

/** What is wrong with `_headers`, line by line: paths, each with the headers that are set or unset for it below. */
export function headerErrors(text: string): readonly LineError[] {
  const errors: LineError[] = [];
  let rule: { readonly line: number; headers: number } | undefined;
  /** Below a path that is none, whatever follows belongs to it. */
  let skipping = false;
  let rules = 0;
  const close = (): void => {
    if (rule?.headers === 0) errors.push({ line: rule.line, message: "No headers specified" });
  };
  for (const [index, raw] of text.split("\n").entries()) {
    const content = raw.trim();
    const line = index + 1;
    if (content === "" || content.startsWith("#")) continue;
    if (content.length > longestLine) {
      errors.push({ line, message: `Line exceeds the maximum allowed length of ${longestLine}.` });
    } else if (/^([^\s]+:\/\/|\/)/.test(content)) {
      close();
      rules += 1;
      if (rules > mostRules) {
        errors.push({ line, message: `Maximum number of _headers rules limit of ${mostRules} exceeded` });
        return errors;
      }
      const wrong = wrongPath(content);
      if (wrong !== undefined) errors.push({ line, message: wrong });
      skipping = wrong !== undefined;
      rule = skipping ? undefined : { line, headers: 0 };
    } else if (!skipping) {
      const wrong = wrongHeader(content, rule !== undefined);
      if (wrong !== undefined) errors.push({ line, message: wrong });
      // A mistake in its only header is not also a path without any.
      if (rule !== undefined) rule.headers += 1;
    }
  }
  close();
  return errors;
}

function wrongPath(path: string): string | undefined {
  if (/^(?!https:)[^\s]+:\/\//.test(path))
    return 'URLs should either be relative (e.g. begin with a forward-slash), or use HTTPS (e.g. begin with "https://").';
  if (/^https:\/\/[^/]*:\d+(\/|$)/.test(path)) return "Specifying ports is not supported.";
  const wildcards = path.split("*").length - 1;
  if (wildcards > 1)
    return "Only one wildcard is allowed per rule. Use a named placeholder (e.g. :project) instead.";
  if (wildcards === 1 && /:splat(?!\w)/.test(path))
    return "Cannot combine a wildcard * with a :splat placeholder because wildcards are converted to :splat at runtime.";
  return undefined;
}

function wrongHeader(content: string, hasPath: boolean): string | undefined {
  if (!hasPath)
    return content.includes(":")
      ? `Path should come before header (${content})`
      : "Expected a path beginning with at least one forward-slash";
  if (content.startsWith("! ")) return undefined;
  const [name = "", ...value] = content.split(":");
  const wellFormed = name.trim() !== "" && !name.trim().includes(" ") && value.join(":").trim() !== "";
  return wellFormed ? undefined : "Invalid header format";
}
