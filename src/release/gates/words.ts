/** `1.23 %`: three digits that count, at least two behind the point. */
export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** `12.4 ms` */
export const milliseconds = (ms: number): string => `${ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms`;

/** `12,345` */
export const count = (value: number): string => Math.round(value).toLocaleString("en-US");

/** `by chance 1 in 1,200`: what a stranger reads more easily than 8.3e-4. */
export const byChance = (chance: number): string =>
  chance <= 1e-9
    ? "not by chance"
    : chance > 0.1
      ? "as chance has it"
      : `by chance 1 in ${count(1 / chance)}`;

/** `20 %` */
export const wholePercent = (share: number): string => `${(share * 100).toFixed(0)} %`;

/** `1,234`, `0.0123`: six digits that count. */
export const figure = (value: number): string =>
  value.toLocaleString("en-US", { maximumSignificantDigits: 6 });
