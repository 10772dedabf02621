import { nameAt } from "./action.ts";
import { fold, type Table } from "./structure.ts";
import { list, normalised, type Token, tokens, within } from "./tokens.ts";

/** What CREATE TABLE says of a column and SQLite's PRAGMAs do not tell. */
export interface Declaration {
  /** Upper case; `BINARY` when nothing is said. */
  readonly collation: string;
  /** The expression of a generated column and how it is kept, as comparable text. */
  readonly generated: string | undefined;
}

const tableConstraints: readonly string[] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

/** The parts of a CREATE TABLE between its outer parentheses. */
function partsOf(createSql: string): readonly (readonly Token[])[] {
  const all = tokens(createSql);
  const open = all.findIndex(({ text, kind, depth }) => text === "(" && kind === "sign" && depth === 0);
  return open < 0 ? [] : list(within(all, open));
}

const isColumn = ([first]: readonly Token[]): boolean => !tableConstraints.includes(first?.keyword ?? "");

/** Column, by folded name → what is said of it. */
export function declarations(createSql: string): ReadonlyMap<string, Declaration> {
  return new Map(
    partsOf(createSql)
      .filter(isColumn)
      .map((part) => {
        const own = part.filter(({ depth }) => depth === part[0]?.depth);
        const collate = own.findIndex(({ keyword }) => keyword === "COLLATE");
        const as = part.findIndex(({ keyword, depth }) => keyword === "AS" && depth === part[0]?.depth);
        const inside = as < 0 ? [] : within(part, as + 1);
        const expression = createSql.slice(inside[0]?.start, inside.at(-1)?.end);
        const kept = own.some(({ keyword }) => keyword === "STORED") ? "stored" : "virtual";
        return [
          fold(nameAt(part[0])),
          {
            collation: collate < 0 ? "BINARY" : nameAt(own[collate + 1]).toUpperCase(),
            generated: as < 0 ? undefined : `(${normalised(expression)}) ${kept}`,
          },
        ] as const;
      }),
  );
}

/** What a table says of collisions: `UNIQUE of k ON CONFLICT REPLACE`. Without those that say what holds anyway. */
export function conflictClauses(createSql: string): readonly string[] {
  return partsOf(createSql).flatMap((part) => {
    const own = part.filter(({ depth }) => depth === part[0]?.depth);
    return own.flatMap((token, i) => {
      const answer = own[i + 2]?.keyword ?? "";
      if (token.keyword !== "ON" || own[i + 1]?.keyword !== "CONFLICT" || answer === "ABORT") return [];
      const word = own
        .slice(0, i)
        .findLast(({ keyword }) => ["PRIMARY", "UNIQUE", "NULL", "CHECK"].includes(keyword));
      const kind =
        word?.keyword === "NULL"
          ? "NOT NULL"
          : word?.keyword === "PRIMARY"
            ? "PRIMARY KEY"
            : (word?.keyword ?? "");
      const named = part.filter(({ depth, kind: of }) => depth > (part[0]?.depth ?? 0) && of !== "sign");
      const columns = isColumn(part) ? [nameAt(part[0])] : named.map(nameAt);
      return [`${kind} of ${columns.map(fold).join(", ")} ON CONFLICT ${answer}`];
    });
  });
}

/** For each foreign key, in the order of {@link Table.foreignKeys}: whether it is looked at only at the end of a transaction. */
export function deferredKeys({ sql, foreignKeys }: Table): readonly boolean[] {
  const all = tokens(sql);
  const places = all.flatMap(({ keyword }, i) => (keyword === "REFERENCES" ? [i] : []));
  const deferred = places.map((place, i) => {
    const own = all.slice(place, places[i + 1]);
    const at = own.findIndex(({ keyword }) => keyword === "DEFERRABLE");
    return at > 0 && own[at - 1]?.keyword !== "NOT" && own[at + 2]?.keyword === "DEFERRED";
  });
  // SQLite lists the last one first.
  return foreignKeys.map((_, i) => deferred[places.length - 1 - i] === true);
}
