import type { System } from "../declare/index.ts";
import { type NamingStage, physicalName } from "../declare/physical-name.ts";

/**
 * `<kind> <system>/<name>` → what cannot change without becoming another, empty resource. A Vectorize index is not among
 * them: it holds nothing that cannot be embedded again, and is replaced where its stage allows that.
 */
export function identities(system: System, stage: NamingStage): Record<string, string> {
  return Object.fromEntries(
    system.resources.flatMap((resource): (readonly [string, string])[] => {
      const key = `${resource.kind} ${system.name}/${resource.name}`;
      const name = physicalName(resource, stage);
      switch (resource.kind) {
        case "d1":
          return [
            [
              key,
              [name, resource.jurisdiction, resource.primaryLocationHint]
                .filter((part) => part !== undefined)
                .join(" "),
            ],
            ...adopted(resource.adopt?.[stage.name], key),
          ];
        case "r2":
          return [[key, [name, resource.jurisdiction].filter((part) => part !== undefined).join(" ")]];
        // Namespaces and queues are renamed in place.
        case "kv":
          return adopted(resource.adopt?.[stage.name], key);
        case "queue":
        case "vectorize":
          return [];
        case "worker":
          return [];
        default:
          return resource satisfies never;
      }
    }),
  );
}

/** Another id is another store: the one that was taken over would be replaced, and deleted where nothing protects it. */
const adopted = (id: string | undefined, key: string): (readonly [string, string])[] =>
  id === undefined ? [] : [[`what was adopted as ${key}`, id]];
