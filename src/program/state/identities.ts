import type { System } from "../../declare/index.ts";
import { factsOf } from "../../declare/kinds/resources.ts";
import { type NamingStage, physicalName } from "../../declare/physical-name.ts";

/** `<kind> <system>/<name>` → what cannot change without becoming another, empty resource. */
export function identities(system: System, stage: NamingStage): Record<string, string> {
  return Object.fromEntries(
    system.resources.flatMap((resource): (readonly [string, string])[] => {
      const key = `${resource.kind} ${system.name}/${resource.name}`;
      const { identity, adopted } = factsOf(resource);
      const adoptedId = adopted[stage.name];
      const parts = identity && [physicalName(resource, stage), ...identity];
      return [
        ...(parts === undefined
          ? []
          : [[key, parts.filter((part) => part !== undefined).join(" ")] as const]),
        // Another id is another store: the one that was taken over would be replaced, and deleted where nothing protects it.
        ...(adoptedId === undefined ? [] : [[`what was adopted as ${key}`, adoptedId] as const]),
      ];
    }),
  );
}
