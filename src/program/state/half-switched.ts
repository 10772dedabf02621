import { command, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { StateResource } from "../../reality/state.ts";
import { kindOf, kinds } from "../../resources/kinds/kinds.ts";
import type { Settings } from "../../settings/settings.ts";

/**
 * What refuses a run between the two writes of a switch: the stack file says that another store serves than the state has. The engine would make an
 * empty one of that name, and delete the other where nothing protects it.
 */
export const halfSwitched = (
  state: readonly StateResource[],
  { stage, switched }: Pick<Settings, "stage" | "switched">,
): readonly Diagnostic[] =>
  state.flatMap(({ type, name: resource, outputs }): Diagnostic[] => {
    const kind = kindOf(type)?.kind;
    const entry = kind === undefined ? undefined : switched[`${kind} ${resource}`];
    if (kind === undefined || entry === undefined) return [];
    const has = outputs[kinds[kind].nameInput];
    if (has === entry.name) return [];
    return [
      {
        what: `Another ${kind} was to take the place of ${resource}, and that was not finished; nothing is done`,
        where: `lockstep:switched of stack ${stage.name}, ${kind} ${resource}`,
        got: `${String(has)} in the stack's state`,
        expected: `${entry.name}, as the stack file says`,
        fix: sentence`go on with it, on the machine where it was begun: ${entry.verb === "reindex" ? command("reindex", { index: resource }) : command("restore")}; on another one take its stack file over`,
      },
    ];
  });

/** What serves after a switch and is not in the state, because a refresh dropped what served before: what it is imported by, by type and name. What was given up is made anew. */
export const switchedImports = (
  state: readonly StateResource[],
  { target, systems, switched, forgotten }: Pick<Settings, "target" | "systems" | "switched" | "forgotten">,
): readonly (readonly [string, string])[] =>
  systems.flatMap((system) =>
    system.resources.flatMap((declared) => {
      const label = `${system.name}/${declared.name}`;
      const entry = switched[`${declared.kind} ${label}`];
      const { type } = kinds[declared.kind];
      const isThere = state.some((each) => each.type === type && each.name === label);
      const isGivenUp = entry !== undefined && forgotten[`${declared.kind} ${label}`]?.id === entry.id;
      if (entry === undefined || isThere || isGivenUp) return [];
      const within = declared.kind === "r2" ? `/${declared.jurisdiction ?? "default"}` : "";
      return [[`${type} ${label}`, `${target.accountId}/${entry.id}${within}`] as const];
    }),
  );
