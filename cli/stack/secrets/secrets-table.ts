import type { SecretUse } from "../../../src/declare/secret-uses.ts";

/**
 * How a secret stands in a stage. `set`; `missing`: the preview refuses without it; `left out`: not set, and the code does without it; `fallback`: not set,
 * and a text in the code stands in for it; `unused`: set, and nothing of the stage binds it.
 */
export type SecretState = "set" | "missing" | "left out" | "fallback" | "unused";

/** A secret of a stage: declared there, or set. */
export interface ListedSecret {
  readonly name: string;
  readonly state: SecretState;
  /** Where it is bound: `dome/dome-api, env.KEY`. */
  readonly boundAt: readonly string[];
}

/** What a stage's systems bind and what its configuration sets, by name. */
export function listedSecrets(
  uses: readonly SecretUse[],
  set: readonly string[],
  stage: string,
): readonly ListedSecret[] {
  const names = [...new Set([...uses.map(({ secret }) => secret), ...set])].sort();
  return names.map((name) => {
    const own = uses.filter(({ secret }) => secret === name);
    return { name, state: stateOf(own, set.includes(name), stage), boundAt: own.map(({ where }) => where) };
  });
}

function stateOf(own: readonly SecretUse[], isSet: boolean, stage: string): SecretState {
  if (isSet) return own.length === 0 ? "unused" : "set";
  if (own.some(({ optional, fallback }) => !optional && fallback[stage] === undefined)) return "missing";
  return own.some(({ fallback }) => fallback[stage] !== undefined) ? "fallback" : "left out";
}

/** A line for each place that binds one; names are never cut. */
export function secretsTable(secrets: readonly ListedSecret[]): string {
  const width = Math.max(...secrets.map(({ name }) => name.length));
  return secrets
    .flatMap(({ name, state, boundAt }) =>
      (boundAt.length === 0 ? ["nothing binds it"] : boundAt).map(
        (where, i) =>
          `${(i === 0 ? name : "").padEnd(width)}  ${(i === 0 ? state : "").padEnd(8)}  ${where}\n`,
      ),
    )
    .join("");
}
