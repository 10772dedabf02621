import { GraphQLError } from "graphql/error";
import { Kind, parse, type SelectionSetNode, type ValueNode } from "graphql/language";

/** One field of a selection: `alias: name(arguments) { selection }`. */
export interface Field {
  readonly name: string;
  readonly alias: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly selection: readonly Field[];
}

/** The query is not GraphQL, or uses what is not answered here (fragments, directives, mutations). */
export class QueryError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "QueryError";
  }
}

type Variables = Readonly<Record<string, unknown>>;

/** The fields of the one query of a document, with its variables put in. */
export function parseQuery(query: string, variables: Variables): readonly Field[] {
  const [first, ...more] = definitions(query);
  if (first === undefined || more.length > 0)
    throw new QueryError("one query is answered at a time, without fragments");
  if (first.kind !== Kind.OPERATION_DEFINITION)
    throw new QueryError("fragments and definitions are not supported");
  if (first.operation !== "query") throw new QueryError(`only queries are answered, got ${first.operation}`);
  return fields(first.selectionSet, variables);
}

function definitions(query: string): ReturnType<typeof parse>["definitions"] {
  try {
    return parse(query, { noLocation: true, maxTokens: 10_000 }).definitions;
  } catch (error) {
    if (error instanceof GraphQLError) throw new QueryError(error.message);
    // Brackets within brackets deeper than the stack.
    if (error instanceof RangeError) throw new QueryError("the query is nested too deeply");
    throw error;
  }
}

const fields = (set: SelectionSetNode | undefined, variables: Variables): readonly Field[] =>
  (set?.selections ?? []).map((selection) => {
    if (selection.kind !== Kind.FIELD || (selection.directives?.length ?? 0) > 0)
      throw new QueryError("fragments and directives are not supported");
    const { name, alias, selectionSet, arguments: args = [] } = selection;
    return {
      name: name.value,
      alias: (alias ?? name).value,
      args: Object.fromEntries(args.map((one) => [one.name.value, plain(one.value, variables)])),
      selection: fields(selectionSet, variables),
    };
  });

function plain(value: ValueNode, variables: Variables): unknown {
  switch (value.kind) {
    case Kind.VARIABLE:
      return variables[value.name.value];
    case Kind.INT:
    case Kind.FLOAT:
      return Number(value.value);
    case Kind.STRING:
    case Kind.ENUM:
    case Kind.BOOLEAN:
      return value.value;
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return value.values.map((one) => plain(one, variables));
    case Kind.OBJECT:
      return Object.fromEntries(value.fields.map((one) => [one.name.value, plain(one.value, variables)]));
    default:
      return value satisfies never;
  }
}
