import type { System, Vectorize } from "../declare/index.ts";
import { UserError } from "../diagnostic/user-error.ts";

/** The index that a command names: `<system>/<name>`, or its name alone where no other has it. Throws UserError where it is none or several. */
export function declaredIndex(
  systems: readonly System[],
  name: string | undefined,
): { readonly system: System; readonly index: Vectorize } {
  const all = systems.flatMap((system) =>
    system.resources.flatMap((index) => (index.kind === "vectorize" ? [{ system, index }] : [])),
  );
  const found = all.filter(
    ({ system, index }) => `${system.name}/${index.name}` === name || index.name === name,
  );
  const [one, ...others] = found;
  if (one !== undefined && others.length === 0) return one;
  throw new UserError({
    what: found.length === 0 ? "There is no such Vectorize index" : "Several indexes have this name",
    where: "the command's index argument",
    got: name ?? "nothing",
    expected: all.map(({ system, index }) => `${system.name}/${index.name}`).join(", ") || "a declared index",
    fix: all.length === 0 ? "no system declares one: there is nothing to index" : "name one of them",
  });
}
