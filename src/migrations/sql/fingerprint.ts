import { checksum } from "./checksum.ts";
import type { SchemaObject } from "./schema-guard.ts";
import { fold } from "./structure.ts";
import { normalised } from "./tokens.ts";
import { virtualParts } from "./virtual-tables.ts";

/** A schema as one checksum; blanks, comments, quotes and the case of words do not matter. */
export const fingerprint = (schema: readonly SchemaObject[]): string =>
  checksum(
    ownObjects(schema)
      .map((object) => `${object.type} ${fold(object.name)}: ${normalised(object.sql)}`)
      .toSorted()
      .join("\n"),
  );

/** What a virtual table makes for itself belongs to it. */
export function ownObjects(schema: readonly SchemaObject[]): readonly SchemaObject[] {
  const parts = new Set(virtualParts(schema));
  return schema.filter((object) => !parts.has(object.name) && !parts.has(object.tableName));
}
