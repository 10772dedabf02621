import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** A place in the code that tells a person to type a command. */
export interface PrintedCommand {
  /** `<file> <function or constant around it>: <verb>`: what a table can name, and what moves with the code. */
  readonly key: string;
  readonly verb: string;
}

const folders = ["src", "cli", "policy", "embedded"];
const root = join(import.meta.dirname, "..", "..");

/** Every place that makes a command part of a text, in the order of files. Two of one verb in one function are one place. */
export function printedCommands(): readonly PrintedCommand[] {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !/\.test(-d)?\.ts$/.test(name))
      .map((name) => join(folder, name)),
  );
  const all = files.toSorted().flatMap((path) => commandsIn(path, readFileSync(join(root, path), "utf8")));
  return [...new Map(all.map((each) => [each.key, each])).values()];
}

export function commandsIn(path: string, source: string): readonly PrintedCommand[] {
  if (!source.includes("command(")) return [];
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found: PrintedCommand[] = [];
  const visit = (node: ts.Node, around: string): void => {
    const within = nameOf(node) ?? around;
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "command") {
      const [verb] = node.arguments;
      // Anything but a text would be a verb that nobody can look up here.
      const named = verb !== undefined && ts.isStringLiteral(verb) ? verb.text : "?";
      found.push({ key: `${path} ${within}: ${named}`, verb: named });
    }
    ts.forEachChild(node, (child) => visit(child, within));
  };
  visit(file, "");
  return found;
}

/** Of a function, or of what a constant at the top of a file holds. */
function nameOf(node: ts.Node): string | undefined {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return node.name?.getText();
  const isTop = ts.isVariableDeclaration(node) && node.parent.parent.parent.kind === ts.SyntaxKind.SourceFile;
  return isTop ? node.name.getText() : undefined;
}
