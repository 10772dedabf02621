import { nearest } from "../diagnostic/nearest.ts";
import { type Diagnostic, refuse } from "../diagnostic/user-error.ts";
import type { Named } from "./named.ts";

/** What a value has to be, as far as it can be seen without knowing what it is for. */
export type Shape = "text" | "number" | "flag" | "list" | "group";

/** Every setting of a declaration with what it may be: the compiler names those that are missing. */
export type Shapes<Declared> = {
  readonly [Key in Exclude<keyof Declared, "kind">]-?: readonly Shape[];
};

const said: Readonly<Record<Shape, string>> = {
  text: 'a text: "…"',
  number: "a number",
  flag: "true or false",
  list: "a list: […]",
  group: "a group: { … }",
};

/** What every resource has. */
export const named = { name: ["text"], physicalName: ["text"] } as const satisfies Shapes<Named>;

/**
 * The declaration as it is, unless a setting is misspelt or is something else than its type says: Node strips the types of a project and
 * compares nothing with them. Throws UserError for all of that at once.
 */
export function shaped<Declared extends Named & { readonly kind: string }>(
  shapes: Shapes<Declared>,
  declared: Declared,
): Declared {
  refuse(
    Object.entries(declared).flatMap(([setting, value]: [string, unknown]) =>
      setting === "kind" || value === undefined ? [] : wrongSetting(declared, setting, value, { ...shapes }),
    ),
  );
  return declared;
}

function wrongSetting(
  { kind, name }: Named & { readonly kind: string },
  setting: string,
  value: unknown,
  shapes: Readonly<Record<string, readonly Shape[]>>,
): Diagnostic[] {
  const where = `${kind} ${typeof name === "string" ? name : "without a name"}`;
  const expected = Object.hasOwn(shapes, setting) ? shapes[setting] : undefined;
  if (expected === undefined) {
    const settings = Object.keys(shapes);
    const meant = nearest(setting, settings);
    return [
      {
        what: "There is no such setting",
        where,
        got: setting,
        expected: settings.filter((each) => each !== "name").join(", "),
        fix: meant === undefined ? "take it out" : `write ${meant}, if that is meant, or take it out`,
      },
    ];
  }
  if (expected.some((each) => each === shapeOf(value))) return [];
  return [
    {
      what: "A setting is not what it has to be",
      where: `${where}, ${setting}`,
      got: shown(value),
      expected: expected.map((each) => said[each]).join(", or "),
      fix: "correct it; the compiler finds every one of these: npx tsc --noEmit",
    },
  ];
}

function shapeOf(value: unknown): Shape | undefined {
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
      return "number";
    case "boolean":
      return "flag";
    case "object":
      return value === null ? undefined : "group";
    default:
      return undefined;
  }
}

/** A group may hold secrets' names, other declarations and more than a line: it is said what it is, not what is in it. */
const shown = (value: unknown): string => {
  const shape = shapeOf(value);
  return shape === "list" || shape === "group" ? said[shape] : (JSON.stringify(value) ?? typeof value);
};
