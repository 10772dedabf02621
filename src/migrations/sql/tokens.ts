/** A token of SQL text. Names are unquoted, words are as written; comments and blanks are left out. */
export interface Token {
  readonly kind: "word" | "name" | "string" | "number" | "sign" | "parameter";
  /** Without quotes for `name`, with them for `string`. */
  readonly text: string;
  /** `text` in upper case for a word; empty otherwise, so that a quoted "where" is no keyword. */
  readonly keyword: string;
  readonly start: number;
  readonly end: number;
  /** How many parentheses are open around it; a parenthesis itself has the depth outside. */
  readonly depth: number;
}

const pattern =
  /(?<blank>[ \t\n\r\f]+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>[xX]?'(?:[^']|'')*')|(?<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])|(?<number>(?:0[xX][0-9a-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?))|(?<word>[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*)|(?<parameter>\?\d*|[:@$][A-Za-z0-9_$:]+)|(?<sign>\|\||<<|>>|<=|>=|<>|==|!=|->>|->|[\s\S])/gy;

/** SQL text as tokens. The text is one that SQLite has parsed: nothing here finds errors. */
export function tokens(sql: string): readonly Token[] {
  const found: Token[] = [];
  let depth = 0;
  for (const match of sql.matchAll(pattern)) {
    const groups = match.groups ?? {};
    if (groups["blank"] !== undefined) continue;
    const [text] = match;
    const start = match.index;
    const at = { start, end: start + text.length };
    if (groups["name"] !== undefined) {
      const close = text.charAt(0) === "[" ? "]" : text.charAt(0);
      found.push({
        kind: "name",
        text: text.slice(1, -1).replaceAll(close + close, close),
        keyword: "",
        depth,
        ...at,
      });
    } else if (groups["word"] !== undefined) {
      found.push({ kind: "word", text, keyword: text.toUpperCase(), depth, ...at });
    } else {
      if (text === ")") depth--;
      const kind =
        groups["string"] !== undefined
          ? "string"
          : groups["number"] !== undefined
            ? "number"
            : groups["parameter"] !== undefined
              ? "parameter"
              : "sign";
      found.push({ kind, text, keyword: "", depth, ...at });
      if (text === "(") depth++;
    }
  }
  return found;
}

/** Where a keyword stands outside all parentheses; -1 when it does not. */
export const topLevel = (of: readonly Token[], keyword: string, from = 0): number =>
  of.findIndex((token, i) => i >= from && token.depth === 0 && token.keyword === keyword);

/** Parts between commas that stand outside parentheses. */
export function list(all: readonly Token[]): readonly (readonly Token[])[] {
  const depth = all[0]?.depth ?? 0;
  const parts: Token[][] = [[]];
  for (const token of all) {
    if (token.kind === "sign" && token.text === "," && token.depth === depth) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

/** The tokens between an opening parenthesis and the one that closes it. */
export function within(all: readonly Token[], open: number): readonly Token[] {
  const depth = all[open]?.depth ?? 0;
  const close = all.findIndex(
    (token, i) => i > open && token.text === ")" && token.depth === depth && token.kind === "sign",
  );
  return all.slice(open + 1, close < 0 ? undefined : close);
}

/** The tokens as one text, blanks and comments gone, keywords and plain names in lower case, names without quotes. */
export const normalised = (sql: string): string =>
  tokens(sql)
    .map((token) =>
      token.kind === "word"
        ? token.text.toLowerCase()
        : token.kind === "name"
          ? nameText(token.text)
          : token.text,
    )
    .join(" ");

/** A quoted name that needs no quotes reads like one without them. */
const nameText = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_$]*$/.test(name) ? name.toLowerCase() : `"${name}"`;
