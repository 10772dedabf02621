import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Diagnostic, UserError } from "../../diagnostic/user-error.ts";
import { parsedJson } from "../../files/json.ts";
import type { Route } from "./routes.ts";

/** Which paths the functions are asked for; every other one is a static file's. `exclude` is stronger. */
export interface Rules {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

const mostRules = 100;
const longestRuleCharacters = 100;

const shape = z.object({
  version: z.literal(1),
  include: z.array(z.string()),
  exclude: z.array(z.string()),
});

/** The rules in `_routes.json` of the output, or undefined where there is none. What Pages refuses is refused. */
export function ownRules(output: string, root: string): Rules | undefined {
  const file = `${output}/_routes.json`;
  if (!existsSync(join(root, file))) return undefined;
  const text = readFileSync(join(root, file), "utf8");
  const parsed = shape.safeParse(parsedJson(text));
  if (!parsed.success)
    throw new UserError({
      what: "A _routes.json that Pages would not take",
      where: file,
      got: parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`.trim()).join("; "),
      expected: '{ "version": 1, "include": ["/api/*"], "exclude": [] }',
      fix: "correct the file, or remove it: the rules are then made from the functions",
    });
  const [first, ...others] = check(parsed.data, file, text);
  if (first !== undefined) throw new UserError(first, { others });
  return parsed.data;
}

function check({ include, exclude }: Rules, file: string, text: string): readonly Diagnostic[] {
  const fix = "correct the rule";
  const rules = [...include, ...exclude];
  const where = (rule: string): string => `${file}:${lineOf(text, JSON.stringify(rule))}`;
  return [
    ...(include.length > 0
      ? []
      : [{ what: "No rule includes a path", where: file, got: "[]", expected: "one at least", fix }]),
    ...(rules.length <= mostRules
      ? []
      : [
          {
            what: "Too many rules of routes",
            where: file,
            got: `${rules.length}`,
            expected: `${mostRules} at most`,
            fix,
          },
        ]),
    ...rules
      .filter((rule) => !rule.startsWith("/") || rule.length > longestRuleCharacters)
      .map((rule) => ({
        what: "A rule of routes that Pages does not take",
        where: where(rule),
        got: rule,
        expected: `a path that starts with / and has ${longestRuleCharacters} characters at most`,
        fix,
      })),
    ...[include, exclude].flatMap((list) =>
      list.flatMap((rule) => {
        const wider = list.find(
          (other) => other !== rule && other.endsWith("/*") && rule.startsWith(other.slice(0, -1)),
        );
        if (wider === undefined) return [];
        return [
          {
            what: "A rule of routes that another one covers",
            where: where(rule),
            got: `${rule}, below ${wider}`,
            expected: "rules that do not overlap",
            fix: `remove ${rule}`,
          },
        ];
      }),
    ),
  ];
}

const lineOf = (text: string, part: string): number => {
  const at = text.indexOf(part);
  return at === -1 ? 1 : text.slice(0, at).split("\n").length;
};

/** The rules that Pages makes of functions: their paths up to the first parameter, and all below a middleware. */
export function rulesOf(routes: readonly Route[]): Rules {
  const paths = routes.map(({ path, isMiddleware }) => {
    const known = path.replace(/:\w+\*?.*/, "*");
    return isMiddleware && !known.endsWith("*") ? `${known === "/" ? "" : known}/*` : known;
  });
  const short = [...new Set(paths.map(shortened))];
  const include = short.filter(
    (path) =>
      !short.some((other) => other !== path && other.endsWith("/*") && path.startsWith(other.slice(0, -1))),
  );
  return { include: include.length > mostRules ? ["/*"] : include.sort(), exclude: [] };
}

/** The nearest folder whose rule is short enough. */
function shortened(path: string): string {
  if (path.length <= longestRuleCharacters) return path;
  const end = path.lastIndexOf("/", longestRuleCharacters - 2);
  return end <= 0 ? "/*" : `${path.slice(0, end)}/*`;
}

/** A rule as an expression on a path: `/a/*` is also `/a`, and `/a` is also `/a/`. */
export function ruleSource(rule: string): string {
  const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  if (rule === "/" || rule === "/*") return `^${escaped(rule)}$`;
  if (rule.endsWith("/*")) return `^${escaped(rule.slice(0, -2))}(\\/.*)?$`;
  if (rule.endsWith("*")) return `^${escaped(rule)}$`;
  return `^${escaped(rule.replace(/\/$/, ""))}\\/?$`;
}

/**
 * The same for Cloudflare's router of static files, whose rules are literal: the worker is asked first for no path less than
 * the rules say. `true` where they do not fit.
 */
export function workerFirst({ include, exclude }: Rules): true | readonly string[] {
  if (include.includes("/*") && exclude.length === 0) return true;
  const rules = [...include.flatMap(literal), ...exclude.flatMap(literal).map((rule) => `!${rule}`)];
  return rules.length > mostRules || rules.some((rule) => rule.length > longestRuleCharacters) ? true : rules;
}

function literal(rule: string): readonly string[] {
  if (rule === "/" || rule === "/*") return [rule];
  if (rule.endsWith("/*")) return [rule.slice(0, -2), rule];
  if (rule.endsWith("*")) return [rule];
  const path = rule.replace(/\/$/, "");
  return [path, `${path}/`];
}
