import { z } from "zod";
import { textIn } from "../../declare/bindings/stage-text.ts";
import type { System } from "../../declare/index.ts";
import { outputsOf, type StateResource } from "../../reality/state.ts";
import { kinds } from "../../resources/kinds/kinds.ts";
import type { Wanted } from "./dropped.ts";
import type { ValueLoss } from "./value-loss.ts";

const shape = z.object({ origin: z.object({ host: z.string(), database: z.string() }) });

/** Hyperdrive configurations that lead to another database: what code has written it would not find there. */
export const elsewhere = (
  state: readonly StateResource[],
  system: System,
  { stage }: Wanted,
): readonly ValueLoss[] =>
  system.resources.flatMap((declared): readonly ValueLoss[] => {
    if (declared.kind !== "hyperdrive") return [];
    const label = `${system.name}/${declared.name}`;
    const was = shape.safeParse(outputsOf(state, kinds.hyperdrive.type, label)).data?.origin;
    if (was === undefined) return [];
    const [before, after] = [
      `${was.database} at ${was.host}`,
      `${textIn(declared.origin.database, stage.name)} at ${textIn(declared.origin.host, stage.name)}`,
    ];
    return before === after
      ? []
      : [
          {
            label,
            property: "origin",
            becomes: () => `code would read and write ${after} instead of ${before}`,
            before,
            after,
            holder: undefined,
            alsoLater: true,
          },
        ];
  });

const migrationsType = "pulumi-nodejs:dynamic/lockstep:Migrations";

/** Databases whose migrations are taken out of the declaration: from then on nothing is applied, and code is held against nothing. */
export const withoutMigrations = (state: readonly StateResource[], system: System): readonly ValueLoss[] =>
  system.resources.flatMap((declared): readonly ValueLoss[] => {
    const label = `${system.name}/${declared.name}`;
    const isLeft =
      declared.kind === "d1" &&
      declared.migrations === undefined &&
      state.some(({ type, name }) => type === migrationsType && name === `${label}/expand`);
    return isLeft
      ? [
          {
            label,
            property: "migrations",
            becomes: () => "no file would be applied any more, and no code held against the schema",
            before: "declared",
            after: "none",
            holder: undefined,
            alsoLater: true,
          },
        ]
      : [];
  });
