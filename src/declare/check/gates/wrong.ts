import type { Diagnostic } from "../../../diagnostic/user-error.ts";

export const seconds = (
  where: string,
  values: Readonly<Record<string, readonly [value: number | undefined, least: number]>>,
): Diagnostic[] =>
  Object.entries(values).flatMap(([name, [value, least]]) =>
    value === undefined || (Number.isFinite(value) && value >= least)
      ? []
      : [
          wrong(
            "A time that is none",
            `${where}, ${name}`,
            String(value),
            `seconds, ${least} or more`,
            "correct it",
          ),
        ],
  );

export const wrong = (
  what: string,
  where: string,
  got: string,
  expected: string,
  fix: string,
): Diagnostic => ({
  what,
  where,
  got,
  expected,
  fix,
});
