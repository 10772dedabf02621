import type { SeenResource } from "./resource.ts";
import { types } from "./types.ts";
import { isProps, knownText, listAt, type Props, unknown, type Value } from "./values.ts";

/** What carries a worker's bindings. */
export const carriers: readonly string[] = [types.version, types.script];

/** A binding of a worker, by its name in the code. */
export interface SeenBinding {
  readonly name: string;
  readonly type: string;
  readonly props: Props;
}

/** The bindings of a version or a script; {@link unknown} where not even their list is known. Those that are not known by themselves are counted. */
export function bindingsOf({
  props,
}: SeenResource): { readonly known: readonly SeenBinding[]; readonly hidden: boolean } | typeof unknown {
  const list = listAt(props, "bindings");
  if (list === unknown) return unknown;
  return {
    known: list.flatMap((each): SeenBinding[] =>
      isProps(each)
        ? [{ name: knownText(each["name"]) ?? "?", type: knownText(each["type"]) ?? "?", props: each }]
        : [],
    ),
    hidden: list.some((each) => each === unknown || (isProps(each) && each["type"] === unknown)),
  };
}

/** The value of a variable: a text, what JSON holds, or a secret's text; undefined where the binding is no variable. */
export function variableOf({ type, props }: SeenBinding): Value {
  switch (type) {
    case "plain_text":
    case "secret_text":
      return props["text"] ?? "";
    case "json":
      return props["json"] ?? "";
    default:
      return undefined;
  }
}
