import { table } from "../../toolchain/table.ts";
import type { Judged } from "./owners.ts";
import type { KnownStack } from "./stacks.ts";

/** Something with how old it is and how much is in it. */
export interface Sized extends Judged {
  /** `12 objects`; undefined where nobody counted. */
  readonly size: string | undefined;
}

const order: readonly Judged["whose"][] = ["orphan", "kept", "foreign", "owned"];

/**
 * What an account has: orphans first, each with its age and size; what a stack has is counted.
 * @param account its id, and whose it is
 */
export function sweepText(
  all: readonly Sized[],
  account: string,
  stacks: readonly KnownStack[],
  now: Date,
): string {
  const shown = order.flatMap((whose) => all.filter((each) => each.whose === whose && whose !== "owned"));
  const counts = order.map((whose) => `${all.filter((each) => each.whose === whose).length} ${whose}`);
  const owned = [
    ...Map.groupBy(
      all.filter(({ whose }) => whose === "owned"),
      ({ stage }) => stage ?? "",
    ),
  ];
  return [
    `Account ${account}: ${counts.join(", ")}`,
    ...(shown.length === 0
      ? []
      : [
          "",
          table(
            ["whose", "kind", "name", "age", "size", ""],
            shown.map(({ whose, kind, name, created, size, stage, kept }) => [
              whose,
              kind,
              name,
              age(created, now),
              size ?? "",
              kept ?? (whose === "orphan" && stage !== undefined ? `named as ${stage}'s` : ""),
            ]),
          ),
        ]),
    ...owned.map(([stage, own]) => {
      const lease = stacks.find(({ name }) => name === stage)?.lease;
      return `owned by ${stage}: ${own.length}${lease === undefined ? "" : `, ${leaseText(lease, now)}`}`;
    }),
    "",
  ].join("\n");
}

const leaseText = (lease: string, now: Date): string =>
  Date.parse(lease) < now.getTime() ? `its lease ended ${lease}: destroy it` : `its lease ends ${lease}`;

/** `3 d`, `5 h`; `?` where the API does not say. */
export function age(created: string | undefined, now: Date): string {
  const hours = created === undefined ? Number.NaN : (now.getTime() - Date.parse(created)) / 3_600_000;
  if (Number.isNaN(hours)) return "?";
  return hours >= 48 ? `${Math.floor(hours / 24)} d` : hours >= 1 ? `${Math.floor(hours)} h` : "under 1 h";
}
