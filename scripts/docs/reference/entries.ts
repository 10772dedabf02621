// What the public modules export, read by the compiler: names, signatures, docstrings. Data for the reference.
import { join } from "node:path";
import ts from "typescript";

/** A property of an exported type. */
export interface Member {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
  readonly doc: string;
  /** As the docstring has it; undefined where it says none. */
  readonly default: string | undefined;
}

/** One exported name. A value and a type of the same name are two. */
export interface Entry {
  readonly name: string;
  readonly kind: "function" | "type";
  /** A line for each overload; for a type what it stands for, or nothing where its members say it. */
  readonly signatures: readonly string[];
  readonly doc: string;
  /** `name` and what it is. */
  readonly params: readonly (readonly [string, string])[];
  readonly examples: readonly string[];
  readonly members: readonly Member[];
}

export const root = join(import.meta.dirname, "../../..");
const formats = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

/** The project's compiler options, for a program of a few files. */
export function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  return ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root).options;
}

/** Every export of each module, by the module's file. */
export function entriesOf(files: readonly string[]): ReadonlyMap<string, readonly Entry[]> {
  const program = ts.createProgram(
    files.map((file) => join(root, file)),
    compilerOptions(),
  );
  const checker = program.getTypeChecker();
  return new Map(
    files.map((file) => {
      const source = program.getSourceFile(join(root, file));
      const module = source && checker.getSymbolAtLocation(source);
      if (module === undefined) throw new Error(`${file} is no module`);
      const symbols = checker.getExportsOfModule(module);
      return [file, symbols.map((symbol) => entryOf(checker, followed(checker, symbol)))] as const;
    }),
  );
}

const followed = (checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

function entryOf(checker: ts.TypeChecker, symbol: ts.Symbol): Entry {
  const tags = symbol.getJsDocTags(checker);
  const texts = (name: string): readonly string[] =>
    tags.filter((tag) => tag.name === name).map((tag) => ts.displayPartsToString(tag.text));
  const isType = (symbol.flags & ts.SymbolFlags.Type) !== 0;
  return {
    name: symbol.name,
    kind: isType ? "type" : "function",
    signatures: isType ? typeText(checker, symbol) : callTexts(checker, symbol),
    doc: linked(ts.displayPartsToString(symbol.getDocumentationComment(checker))),
    params: texts("param").map((text) => {
      const [name = "", ...words] = text.split(" ");
      return [name, linked(words.join(" "))] as const;
    }),
    examples: texts("example").map(withoutFence),
    members: isType ? membersOf(checker, symbol) : [],
  };
}

function callTexts(checker: ts.TypeChecker, symbol: ts.Symbol): readonly string[] {
  const [declaration] = symbol.declarations ?? [];
  if (declaration === undefined) return [];
  return checker
    .getTypeOfSymbolAtLocation(symbol, declaration)
    .getCallSignatures()
    .map((each) => symbol.name + checker.signatureToString(each, declaration, formats));
}

/** What an alias stands for. Interfaces and classes are their members. */
function typeText(checker: ts.TypeChecker, symbol: ts.Symbol): readonly string[] {
  const alias = symbol.declarations?.find(ts.isTypeAliasDeclaration);
  if (alias === undefined) return [];
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const text = type.isUnion()
    ? checker.typeToString(type, alias, formats | ts.TypeFormatFlags.InTypeAlias)
    : alias.type.getText();
  const parameters = alias.typeParameters?.map((each) => each.getText()).join(", ");
  return [`type ${symbol.name}${parameters ? `<${parameters}>` : ""} = ${onOneLine(text)}`];
}

/** Own and inherited ones, but none of the language's own. `kind` only tells declarations apart. */
function membersOf(checker: ts.TypeChecker, symbol: ts.Symbol): readonly Member[] {
  if (!symbol.declarations?.some((each) => ts.isInterfaceDeclaration(each) || ts.isClassDeclaration(each)))
    return [];
  return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).flatMap((property) => {
    const declaration = property.declarations?.find(
      (each) => ts.isPropertySignature(each) || ts.isPropertyDeclaration(each),
    );
    if (
      declaration === undefined ||
      declaration.getSourceFile().isDeclarationFile ||
      property.name === "kind"
    )
      return [];
    const [tag] = property.getJsDocTags(checker).filter(({ name }) => name === "default");
    return [
      {
        name: property.name,
        optional: (property.flags & ts.SymbolFlags.Optional) !== 0,
        type: onOneLine(declaration.type?.getText() ?? ""),
        doc: linked(ts.displayPartsToString(property.getDocumentationComment(checker))),
        default: tag && ts.displayPartsToString(tag.text),
      },
    ];
  });
}

const onOneLine = (text: string): string => text.replace(/\s+/g, " ").replace(/([=:]) \| /g, "$1 ");
const linked = (text: string): string => text.replace(/\{@link (\w+)\s*\}/g, "`$1`").trim();
const withoutFence = (text: string): string =>
  text
    .trim()
    .replace(/^```ts\n/, "")
    .replace(/\n```$/, "");
