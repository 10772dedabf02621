import type { MigrationFile } from "../files/reading.ts";
import { openShadow } from "../shadow/shadow.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";

/** What files leave on an empty database, or the statement that fails there. */
export type Replayed =
  | { readonly kind: "schema"; readonly schema: readonly SchemaObject[] }
  | {
      readonly kind: "failed";
      readonly file: MigrationFile;
      readonly line: number;
      /** SQLite's message, or why D1 refuses it. */
      readonly message: string;
    };

/** @param after called behind each file, with what tells the schema as it is then */
export function replay(
  files: readonly MigrationFile[],
  after?: (file: MigrationFile, schema: () => readonly SchemaObject[]) => void,
): Replayed {
  const shadow = openShadow();
  try {
    for (const file of files) {
      for (const { sql, line } of file.statements) {
        const { error } = shadow.run(sql);
        if (error !== undefined) return { kind: "failed", file, line, message: error };
      }
      shadow.endRequest();
      after?.(file, () => shadow.schema());
    }
    return { kind: "schema", schema: shadow.schema() };
  } finally {
    shadow.close();
  }
}

/** The schema that files leave on an empty database; undefined when one of them fails there. */
export function replayed(files: readonly MigrationFile[]): readonly SchemaObject[] | undefined {
  const found = replay(files);
  return found.kind === "schema" ? found.schema : undefined;
}
