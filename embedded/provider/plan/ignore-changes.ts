import { isList, isObject, type Value, type Values } from "../values/values.ts";

/**
 * The inputs with what the program wants left alone as it is in the state, also where the program says nothing of it: a default
 * would undo it. Paths are the engine's: `tags`, `settings.deliveryDelay`, `rules[0].prefix`, `env["a b"]`, `rules[*].id`.
 */
export function withIgnored(inputs: Values, prior: Values, paths: readonly string[]): Values {
  const result = paths.reduce<Value>((given, path) => take(given, prior, segments(path)), inputs);
  return isObject(result) ? result : inputs;
}

function take(given: Value, prior: Value, [first, ...rest]: readonly string[]): Value {
  if (first === undefined) return prior;
  if (isList(given)) {
    if (!isList(prior)) return given;
    return given.map((item, i) => {
      const before = prior[i];
      return before === undefined || (first !== "*" && first !== String(i)) ? item : take(item, before, rest);
    });
  }
  if (!isObject(given) || !isObject(prior)) return given;
  const names = first === "*" ? [...new Set([...Object.keys(given), ...Object.keys(prior)])] : [first];
  return names.reduce<Values>((next, name) => member(next, prior, name, rest), given);
}

function member(given: Values, prior: Values, name: string, rest: readonly string[]): Values {
  const [now, before] = [given[name], prior[name]];
  if (rest.length > 0)
    return now === undefined || before === undefined ? given : { ...given, [name]: take(now, before, rest) };
  const { [name]: _, ...others } = given;
  return before === undefined ? others : { ...others, [name]: before };
}

/** `a.b[0]["c d"]` → a, b, 0, c d */
const segments = (path: string): readonly string[] =>
  [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[([^\]]*)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted?.replace(/\\(.)/g, "$1") ?? index ?? name ?? "",
  );
