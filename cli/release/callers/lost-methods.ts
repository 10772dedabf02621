import type { Diagnostic } from "../../../src/diagnostic/user-error.ts";
import { rpcOf } from "../../../src/statements/rpc.ts";
import type { Bound } from "./bound.ts";
import { calledBy } from "./called.ts";
import type { Read } from "./served-code.ts";

/** What of the calls of a version is known: what is lost, or that nobody can tell. */
export interface Judged {
  readonly lost: readonly Diagnostic[];
  readonly unknown: readonly string[];
}

/**
 * The methods that a caller calls on a binding, and that the entrypoint behind it lacks.
 * @param caller code of the caller's version
 * @param callee code that it would meet
 */
export function lostMethods(
  { binding, callee: { label }, entrypoint, caller: name, version }: Bound,
  caller: Read,
  callee: string | undefined,
): Judged {
  const of = entrypoint === "default" ? label : `${entrypoint} of ${label}`;
  const called = calledBy(caller, binding);
  const methods = callee === undefined ? undefined : rpcOf(callee)?.methodsOf(entrypoint);
  // Whoever only answers requests has nothing else that could be called.
  const onlyAnswers = methods?.size === 1 && methods.has("fetch");
  const why =
    called.unknown !== undefined
      ? `of that version, ${called.unknown}`
      : methods === undefined && called.methods.length > 0
        ? `the code of ${label} does not write out its methods`
        : undefined;
  const unknown =
    why === undefined || (called.methods.length === 0 && onlyAnswers)
      ? []
      : [
          `Not known: whether the new ${of} has every method that the stable version of ${name} calls by ${binding} (${why})`,
        ];
  if (methods === undefined) return { lost: [], unknown };
  const missing = called.methods.filter((method) => !methods.has(method));
  if (missing.length === 0) return { lost: [], unknown };
  return {
    lost: [
      {
        what: `The new version of ${label} lacks ${missing.map((method) => `${method}()`).join(", ")}, which the stable version of ${name} calls`,
        where: `${binding} of ${name}, version ${version.slice(0, 8)}`,
        got: `${of} has ${[...methods].sort().join(", ") || "no method"}`,
        expected: "every method that a version which answers people calls",
        fix: `keep ${missing.join(", ")} until a new version of ${name} that does not call it answers everything, and take it away in a release after that; what is new gets another name`,
      },
    ],
    unknown,
  };
}
