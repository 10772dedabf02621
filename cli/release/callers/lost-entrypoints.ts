import type { Diagnostic } from "../../../src/diagnostic/user-error.ts";
import type { Bound } from "./bound.ts";

/**
 * The entrypoints that a version which answers people is bound to and that the new code of the callee lacks: callees come first, so that version
 * would meet it.
 * @param exported of the new code; undefined where the runtime alone knows
 */
export function lostEntrypoint(
  { caller, version, binding, callee, entrypoint }: Bound,
  exported: readonly string[] | undefined,
): readonly Diagnostic[] {
  if (entrypoint === "default" || exported === undefined || exported.includes(entrypoint)) return [];
  const { label, worker } = callee;
  const file = worker.main ?? worker.pages?.handlers ?? worker.name;
  return [
    {
      what: `The new version of ${label} lacks entrypoint ${entrypoint}, which the stable version of ${caller} calls`,
      where: `${binding} of ${caller}, version ${version.slice(0, 8)}`,
      got: `${file} exports ${exported.join(", ") || "nothing"}`,
      expected: `an export named ${entrypoint} as long as a version that answers people is bound to it`,
      fix: `keep ${entrypoint} in ${file} until a new version of ${caller} that does not bind it answers everything, and take it away in a release after that; what is new gets another name`,
    },
  ];
}
