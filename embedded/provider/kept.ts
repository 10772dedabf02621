import { isObject, type Values } from "./values.ts";

/** The paths, without indices, that the API does not give back: they are taken from the state. */
export function keep(decoded: Values, prior: Values, paths: ReadonlySet<string>): Values {
  let next: Values = decoded;
  for (const path of paths) next = take(next, prior, path.split("."));
  return next;
}

function take(decoded: Values, prior: Values, path: readonly string[]): Values {
  const [name, ...rest] = path;
  if (name === undefined) return decoded;
  const before = prior[name];
  if (rest.length === 0) {
    const { [name]: _, ...others } = decoded;
    return before === undefined ? others : { ...others, [name]: before };
  }
  const inside = decoded[name];
  return isObject(inside)
    ? { ...decoded, [name]: take(inside, isObject(before) ? before : {}, rest) }
    : decoded;
}
