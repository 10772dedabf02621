/** One field of a selection: `alias: name(arguments) { selection }`. */
export interface Field {
  readonly name: string;
  readonly alias: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly selection: readonly Field[];
}

/** The query is not GraphQL, or uses what this parser has not got (fragments, directives, mutations). */
export class QueryError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "QueryError";
  }
}

const token =
  /\s*(?:#[^\n]*\n\s*|,\s*)*(?:([A-Za-z_]\w*)|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|("(?:[^"\\\n]|\\.)*")|(\$[A-Za-z_]\w*)|(\.\.\.|[{}()[\]:!=@])|($))/y;

interface Token {
  readonly kind: "name" | "number" | "string" | "variable" | "sign" | "end";
  readonly text: string;
}

function tokens(query: string): readonly Token[] {
  const found: Token[] = [];
  token.lastIndex = 0;
  for (;;) {
    const at = token.lastIndex;
    const [, name, number, string, variable, sign, end] = token.exec(query) ?? [];
    if (name !== undefined) found.push({ kind: "name", text: name });
    else if (number !== undefined) found.push({ kind: "number", text: number });
    else if (string !== undefined) found.push({ kind: "string", text: string });
    else if (variable !== undefined) found.push({ kind: "variable", text: variable.slice(1) });
    else if (sign !== undefined) found.push({ kind: "sign", text: sign });
    else if (end !== undefined) return [...found, { kind: "end", text: "the end" }];
    else
      throw new QueryError(
        `syntax error at character ${at}: unexpected ${JSON.stringify(query.slice(at).trim().slice(0, 20))}`,
      );
  }
}

/** Parses the one query of a document, with its variables put in. */
export function parseQuery(query: string, variables: Readonly<Record<string, unknown>>): readonly Field[] {
  const all = tokens(query);
  let at = 0;
  const peek = (): Token => all[at] ?? { kind: "end", text: "the end" };
  const next = (): Token => {
    const found = peek();
    at++;
    return found;
  };
  const is = (text: string): boolean => peek().kind !== "string" && peek().text === text;
  const expect = (text: string): void => {
    const found = next();
    if (found.text !== text) throw new QueryError(`syntax error: expected ${text}, got ${found.text}`);
  };
  const name = (): string => {
    const found = next();
    if (found.kind !== "name") throw new QueryError(`syntax error: expected a name, got ${found.text}`);
    return found.text;
  };

  const value = (): unknown => {
    const found = next();
    if (found.kind === "variable") return variables[found.text];
    if (found.kind === "number") return Number(found.text);
    if (found.kind === "string") return JSON.parse(found.text);
    if (found.text === "true" || found.text === "false") return found.text === "true";
    if (found.text === "null") return null;
    if (found.kind === "name") return found.text;
    if (found.text === "[") {
      const items: unknown[] = [];
      while (!is("]")) items.push(value());
      next();
      return items;
    }
    if (found.text === "{") return named("}");
    throw new QueryError(`syntax error: expected a value, got ${found.text}`);
  };
  const named = (close: string): Readonly<Record<string, unknown>> => {
    const entries: [string, unknown][] = [];
    while (!is(close)) {
      const key = name();
      expect(":");
      entries.push([key, value()]);
    }
    next();
    return Object.fromEntries(entries);
  };
  const selection = (): readonly Field[] => {
    expect("{");
    const fields: Field[] = [];
    while (!is("}")) {
      if (is("...") || is("@")) throw new QueryError("fragments and directives are not supported");
      const first = name();
      const aliased = is(":");
      if (aliased) next();
      const fieldName = aliased ? name() : first;
      const hasArgs = is("(");
      if (hasArgs) next();
      const args = hasArgs ? named(")") : {};
      fields.push({ name: fieldName, alias: first, args, selection: is("{") ? selection() : [] });
    }
    next();
    return fields;
  };

  if (peek().kind === "name") {
    const kind = name();
    if (kind !== "query") throw new QueryError(`only queries are answered, got ${kind}`);
    if (peek().kind === "name") next();
    if (is("("))
      while (next().text !== ")")
        if (peek().kind === "end") throw new QueryError("syntax error: unexpected end");
  }
  const found = selection();
  if (peek().kind !== "end") throw new QueryError(`syntax error: unexpected ${peek().text} after the query`);
  return found;
}
