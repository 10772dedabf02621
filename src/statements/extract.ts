import type { AnyNode, CallExpression } from "acorn";
import { filled } from "./fill.ts";
import type { Position } from "./positions.ts";
import type { BundleStatements, Form, Use } from "./statement.ts";
import { functionOfMethod, isEntry } from "./syntax/call-sites.ts";
import { propertyName, returned } from "./syntax/nodes.ts";
import { type Syntax, syntaxOf } from "./syntax/syntax.ts";
import { type Receiver, receiversOf } from "./values/read-receiver.ts";
import { textsOf } from "./values/read-text.ts";
import type { Reading } from "./values/reading.ts";
import { hole, type Text, type Texts } from "./values/text.ts";
import { paired, TooMany, type Variant } from "./values/variants.ts";

/** What a bundle's main module gives to `.prepare(…)` and `.exec(…)`; a pure function of its text. */
export function extracted(code: string, positionOf: (offset: number) => Position): BundleStatements {
  if (!/\.(prepare|exec)\b/.test(code)) return { uses: [], hasOwnPrepare: false };
  let syntax: Syntax;
  try {
    syntax = syntaxOf(code);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return { uses: [], unread: error.message, hasOwnPrepare: false };
  }
  const reading: Reading = { syntax, textsOf, bound: new Map(), open: new Set() };
  const uses = (["prepare", "exec"] as const).flatMap((method) =>
    syntax.callsNamed(method).flatMap((call) => usesAt(call, method, reading, positionOf)),
  );
  return {
    uses,
    hasOwnPrepare: syntax.methodsNamed("prepare").some(isNoWrapper) || /["']node:sqlite["']/.test(code),
  };
}

/** A `prepare` that only hands its text on to another one is no database of its own. */
function isNoWrapper(method: AnyNode): boolean {
  const owner = functionOfMethod(method);
  const value = owner === undefined ? undefined : returned(owner);
  return !(value?.type === "CallExpression" && propertyName(value.callee) === "prepare");
}

function usesAt(
  call: AnyNode,
  method: Use["method"],
  reading: Reading,
  positionOf: (offset: number) => Position,
): readonly Use[] {
  if (call.type !== "CallExpression" || call.callee.type !== "MemberExpression") return [];
  const [argument] = call.arguments;
  if (argument === undefined || noText.has(argument.type)) return [];
  const all = given(call, argument, reading);
  const groups = Map.groupBy(all, ({ ways }) => entriesOf(ways));
  return [...groups.values()].flatMap((group) => {
    const forms = distinct(group.map((each) => formOf(each, positionOf)));
    // Neither what begins with no verb of SQL, nor a text of which not even that is known, where it may be a regular expression's.
    const isSql = forms.some(({ sql, complete }) =>
      method === "exec" ? verb.test(sql) : verb.test(sql) || !complete,
    );
    if (!isSql) return [];
    return [{ method, receivers: [...new Set(group.map(({ value }) => value.receiver ?? null))], forms }];
  });
}

/** What D1 does not take: whatever it is given to is something else. */
const noText: ReadonlySet<string> = new Set([
  "SpreadElement",
  "ObjectExpression",
  "ArrayExpression",
  "ArrowFunctionExpression",
  "FunctionExpression",
  "NewExpression",
]);

interface Given {
  readonly receiver: Receiver;
  readonly text: Text;
}

function given(
  { callee, start }: CallExpression,
  argument: AnyNode,
  reading: Reading,
): readonly Variant<Given>[] {
  if (callee.type !== "MemberExpression") return [];
  try {
    return paired(receiversOf(callee.object, reading), textsOf(argument, reading), (receiver, text) => ({
      receiver,
      text,
    }));
  } catch (error) {
    // So deep, or of so many forms, that nobody wrote it by hand.
    if (!(error instanceof TooMany || error instanceof RangeError)) throw error;
    const texts: Texts = hole("a text of too many forms", start);
    return texts.map(({ value, ways }) => ({ value: { receiver: undefined, text: value }, ways }));
  }
}

const verb =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:select|insert|update|delete|replace|with|values|create|alter|drop|pragma|explain|analyze|reindex)\b/i;

/** Which calls it came through: each is a statement of its own. */
const entriesOf = (ways: ReadonlyMap<string, number>): string =>
  [...ways]
    .filter(([place]) => isEntry(place))
    .map(([place, way]) => `${place}=${way}`)
    .sort()
    .join(" ");

function formOf({ value, ways }: Variant<Given>, positionOf: (offset: number) => Position): Form {
  const { sql, unresolved } = filled(value.text);
  const first = value.text.find((part) => part.kind === "hole" || part.text.trim() !== "");
  return {
    sql,
    ...positionOf(first?.at ?? 0),
    complete: unresolved.length === 0,
    unresolved,
    ways: Object.fromEntries([...ways].filter(([place]) => !isEntry(place))),
  };
}

const distinct = (forms: readonly Form[]): readonly Form[] => [
  ...new Map(forms.map((form) => [JSON.stringify([form.sql, form.ways]), form])).values(),
];
