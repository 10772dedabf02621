import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = dirname(dirname(import.meta.dirname));

/** Where commands become text. */
const renderer = new Set(["src/diagnostic/verbs.ts", "src/diagnostic/sentence.ts"]);

/**
 * Texts that name a command and tell nobody to type it: a version's message, by which the loop of `dev` finds its own again; the help of the
 * command that npx calls; the reference of the stack file's keys, which is a page for repositories of other people; comments of a shell script.
 */
const others = new Set([
  "cli/dev/release.ts",
  "cli/verbs.ts",
  "src/settings/keys.ts",
  "toolchain/launchers/pulumi-launcher.ts",
]);

/** `just pulumi-up`, `npx lockstep`, `npm run -s env`, `npm start`: what is typed here, or elsewhere, but not in both. */
const typed =
  /\bjust (--list|db|dev|pulumi-[a-z]+|deploy-[a-z]+|clean|doctor|env|import|retire|secret|drift|state-[a-z]+)\b|\bnpx lockstep\b|\$\(npm run\b|`npm (run|start)\b/;

const sources = ["src", "cli", "toolchain", "embedded", "policy"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/\.test(-d)?\.ts$/.test(name))
    .map((name) => join(folder, name)),
);

/** A command's words, or a variable's value. */
const elliptic = /\b(?:command|pulumi|pulumiOfStack)\([^)]*…|export \w+=…/g;

/** The texts that a file holds, each with its line: comments are none. */
function texts(path: string, source: string): readonly { readonly line: number; readonly text: string }[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found: { line: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      found.push({ line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1, text: node.text });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Parts of a sentence that stand in a template which makes text of them: they would be read as `[object Object]`. */
function lostParts(path: string, source: string): readonly string[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const makers = new Set([
    "command",
    "named",
    "pulumi",
    "pulumiOfStack",
    "sentence",
    "embeddedShell",
    "wranglerShell",
  ]);
  const found: string[] = [];
  const isPart = (node: ts.Expression): boolean =>
    (ts.isIdentifier(node) && ["embeddedShell", "wranglerShell"].includes(node.text)) ||
    (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && makers.has(node.expression.text)) ||
    (ts.isTaggedTemplateExpression(node) && ts.isIdentifier(node.tag) && makers.has(node.tag.text));
  const visit = (node: ts.Node): void => {
    if (ts.isTemplateExpression(node) && !ts.isTaggedTemplateExpression(node.parent))
      for (const { expression } of node.templateSpans)
        if (isPart(expression))
          found.push(`${path}:${file.getLineAndCharacterOfPosition(expression.getStart()).line + 1}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const read = (path: string): string => readFileSync(join(root, path), "utf8");

test("no text outside the renderer says how a command is typed", () => {
  expect(sources.length).toBeGreaterThan(300);
  const found = sources
    .filter((path) => !renderer.has(path) && !others.has(path))
    .flatMap((path) =>
      texts(path, read(path))
        .filter(({ text }) => typed.test(text))
        .map(({ line, text }) => `${path}:${line} ${text}`),
    );
  expect(found).toEqual([]);
});

test("no command stands in a template that is no sentence", () => {
  expect(sources.flatMap((path) => lostParts(path, read(path)))).toEqual([]);
});

test("no command to type has an ellipsis in it: a word that somebody fills in is said, as <database>", () => {
  const found = sources.flatMap((path) =>
    [...read(path).matchAll(elliptic)].map(([text]) => `${path}: ${text}`),
  );
  expect(found).toEqual([]);
});

test("the check would see both", () => {
  const wrong =
    'const fix = "then: just db lint";\nconst other = `then: ${' + 'command("db lint")}`; // just db plan';
  expect(texts("a.ts", wrong).filter(({ text }) => typed.test(text))).toEqual([
    { line: 1, text: "then: just db lint" },
  ]);
  expect(lostParts("a.ts", wrong)).toEqual(["a.ts:2"]);
});
