import { isDeepStrictEqual } from "node:util";
import type { OpenState, StateResource } from "./export.ts";

/** What a restore does to the state, by urn, in the state's own order. */
export interface Difference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** With the names of the top-level parts that differ, never their values: they may be secrets. */
  readonly changed: readonly { readonly urn: string; readonly parts: readonly string[] }[];
  readonly unchanged: number;
}

/** Two resources of one urn are an old one that is still to be deleted and its replacement. */
const keyOf = (each: StateResource): string =>
  each["delete"] === true ? `${each.urn} (to be deleted, id ${each.id ?? ""})` : each.urn;

/** What differs when `file` takes the place of `present`. */
export function compare(present: OpenState, file: OpenState): Difference {
  const before = new Map(present.resources.map((each) => [keyOf(each), each]));
  const after = new Map(file.resources.map((each) => [keyOf(each), each]));
  const both = [...after].flatMap(([urn, next]) => {
    const last = before.get(urn);
    return last === undefined ? [] : [{ urn, parts: differing(last, next) }];
  });
  return {
    added: [...after.keys()].filter((urn) => !before.has(urn)),
    removed: [...before.keys()].filter((urn) => !after.has(urn)),
    changed: both.filter(({ parts }) => parts.length > 0),
    unchanged: both.filter(({ parts }) => parts.length === 0).length,
  };
}

/** Moments of the last write say nothing about a resource. */
const moments = ["created", "modified"];

function differing(a: StateResource, b: StateResource): string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    (name) => !moments.includes(name),
  );
  return names.flatMap((name) => {
    const [x, y] = name === "dependencies" ? [inOrder(a[name]), inOrder(b[name])] : [a[name], b[name]];
    if (name === "propertyDependencies") return []; // what the inputs show better
    if (isDeepStrictEqual(x, y)) return [];
    return isRecord(x) && isRecord(y)
      ? [...new Set([...Object.keys(x), ...Object.keys(y)])]
          .filter((key) => !isDeepStrictEqual(x[key], y[key]))
          .map((key) => `${name}.${key}`)
      : [name];
  });
}

/** The engine writes dependencies in the order in which it heard of them. */
const inOrder = (value: unknown): unknown => (Array.isArray(value) ? value.toSorted() : value);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `added`, `removed` and `changed` as lines for a person. */
export function differenceLines({ added, removed, changed, unchanged }: Difference): readonly string[] {
  // Types of the parents stand before the own one.
  const short = (urn: string): string => {
    const [, , type = "", name = ""] = urn.split("::");
    return `${type.split("$").at(-1)}  ${name}`;
  };
  return [
    ...added.map((urn) => `  + ${short(urn)}`),
    ...removed.map((urn) => `  - ${short(urn)}`),
    ...changed.map(({ urn, parts }) => `  ~ ${short(urn)}: ${parts.join(", ")}`),
    `  ${added.length} added, ${removed.length} removed, ${changed.length} changed, ${unchanged} unchanged`,
  ];
}
