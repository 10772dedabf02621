import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { Json } from "../../values.ts";

/** A value that would reach the code as another one than is declared: JSON leaves it out, changes it or ends in an error. */
export function checkJson({ value }: Json, { where }: { readonly where: string }): Diagnostic[] {
  const odd = oddIn(value, "", []);
  if (odd === undefined) return [];
  return [
    {
      what: "A value that JSON cannot hold",
      where: odd.path === "" ? where : `${where}, at ${odd.path}`,
      got: odd.got,
      expected: "texts, finite numbers, true, false, null, and lists and plain objects of them",
      fix: odd.fix,
    },
  ];
}

interface Odd {
  readonly path: string;
  readonly got: string;
  readonly fix: string;
}

/** The first such value and the path to it; undefined where there is none. A property that is undefined is as good as none. */
function oddIn(value: unknown, path: string, around: readonly object[]): Odd | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number")
    return Number.isFinite(value)
      ? undefined
      : { path, got: String(value), fix: "write a finite number, or null" };
  if (value === undefined)
    return { path, got: "undefined", fix: "write null, or take the binding out of env" };
  if (typeof value !== "object")
    return { path, got: `a ${typeof value}`, fix: "write what it is as a text or a number" };
  if (around.includes(value))
    return { path, got: "an object that holds itself", fix: "write what is meant without the circle" };
  if (!Array.isArray(value) && !isPlain(value)) {
    return {
      path,
      got: `an object of ${value.constructor.name}`,
      fix: "write it as a text, a list or a plain object",
    };
  }
  const inside = [...around, value];
  const members: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? Array.from(value, (each: unknown, at) => [`${path}[${at}]`, each] as const)
    : Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(([name, each]) => [path === "" ? name : `${path}.${name}`, each] as const);
  for (const [at, each] of members) {
    const odd = oddIn(each, at, inside);
    if (odd !== undefined) return odd;
  }
  return undefined;
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};
