import type { Manifest } from "../../../../src/backup/store/manifest.ts";
import type { StoreOf } from "../../../../src/declare/kinds/kinds.ts";
import { modelOf } from "../../../../src/declare/stores/vector-recipe.ts";
import type { SwitchedKind } from "../../../stack/switch/switching.ts";

/** Why what a backup has of a store does not take the place of the one that serves; undefined where it does. */
export function heldBack(
  declared: StoreOf<SwitchedKind>,
  manifest: Manifest,
  key: string,
  stage: string,
): string | undefined {
  switch (declared.kind) {
    case "d1":
    case "kv":
      return undefined;
    case "r2": {
      const domains = declared.customDomains?.[stage] ?? [];
      if (declared.shared === true) return ofOthers;
      if (domains.length === 0) return undefined;
      return `${domains.map(({ domain }) => domain).join(", ")} serves it, and a host name is of one bucket at a time: nobody would answer there while it changes hands`;
    }
    case "vectorize": {
      const entry = manifest.indexes.find((each) => each.key === key);
      if (declared.shared === true) return ofOthers;
      if (entry === undefined || entry.content === "recipe")
        return "the backup has its shape alone, because the API listed no vectors of it";
      const [was, is] = [shapeText(ofBackup(entry)), shapeText(declared)];
      if (was !== is) return `the backup's has ${was}, and the project declares ${is}`;
      const [filled, asked] = [entry.recipe?.model, modelOf(declared)];
      return filled === undefined || asked === undefined || filled === asked
        ? undefined
        : `the backup's was filled by ${filled}, and the project declares ${asked}: vectors of two models say nothing to one another`;
    }
  }
}

const ofOthers = "other stages use it too, and find it by its name";

/** Messages are on their way: another queue in its place would leave those behind that came since, and hand out what somebody has dealt with. */
export const heldLetters = (messages: number): string =>
  `the queue that serves has the letters that came since, and whoever reads it would be handed the backup's ${messages} again, which somebody may have dealt with`;

interface Shape {
  readonly dimensions: number;
  readonly metric: string;
  readonly metadataIndexes?: Readonly<Record<string, string>>;
}

const ofBackup = ({ dimensions, metric, metadataIndexes }: Manifest["indexes"][number]): Shape => ({
  dimensions,
  metric,
  metadataIndexes: Object.fromEntries(
    metadataIndexes.map(({ propertyName, indexType }) => [propertyName, indexType.toLowerCase()]),
  ),
});

function shapeText({ dimensions, metric, metadataIndexes = {} }: Shape): string {
  const indexed = Object.entries(metadataIndexes).map(([name, type]) => `${name} (${type})`);
  return [
    `${dimensions} dimensions, ${metric}`,
    ...(indexed.length === 0 ? [] : [`metadata indexed by ${indexed.toSorted().join(", ")}`]),
  ].join(", ");
}
