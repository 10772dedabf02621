import type { MigrationFile } from "../files/reading.ts";
import { inParts, literal } from "../sql/literals.ts";
import { tool } from "./tool.ts";

/** Gives files that wrangler applied their rows in our log, with the schema that the last of them left. */
export const adoption = (files: readonly MigrationFile[], schemaAfter: string): readonly string[] =>
  inParts(files).map(
    (part) =>
      `INSERT OR IGNORE INTO "_mig_log"(name, checksum, chain, phase, attempt, fence, statements, tool, schema_after) VALUES ${part
        .map(
          (file) =>
            `(${literal(file.name)}, ${literal(`adopted:${file.checksum}`)}, '', ${literal(file.phase)}, 'adopted', 0, ${file.statements.length}, ${literal(tool)}, ${literal(schemaAfter)})`,
        )
        .join(", ")}`,
  );
