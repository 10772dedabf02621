import { chainOf } from "../files/chain.ts";
import type { MigrationFile } from "../files/reading.ts";
import { type LintedFile, lint } from "../lint/lint.ts";
import { openStage, type Stage } from "../shadow/replay.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { onlyOurRows } from "./only-our-rows.ts";

/** A pending file, linted, with what is the same whoever answers its questions. */
export interface Staged extends LintedFile {
  readonly chain: string;
  readonly schemaAfter: readonly SchemaObject[];
}

/**
 * Lints pending files in order.
 * @param files the whole folder
 */
export function lintPending(
  files: readonly MigrationFile[],
  pending: readonly MigrationFile[],
  schema: readonly SchemaObject[],
): readonly Staged[] {
  if (pending.length === 0) return [];
  const isNew = schema.length === 0;
  const stage = openStage(schema, { holdsRows: !isNew });
  try {
    return lintOn(stage, files, pending, isNew);
  } finally {
    stage.close();
  }
}

/**
 * A new database that a run left half-way, as what it is when it holds no row but those of its own files. Until the database
 * has answered that, and when it cannot be asked, rows may have come into it since.
 */
export function lintHalfWay(
  files: readonly MigrationFile[],
  applied: readonly MigrationFile[],
  pending: readonly MigrationFile[],
): { readonly proof: string; readonly linted: readonly Staged[] } | undefined {
  const proof = applied.length === 0 ? undefined : onlyOurRows(applied);
  if (proof === undefined) return undefined;
  const stage = openStage([], { holdsRows: false });
  try {
    for (const file of applied) stage.replay(file);
    return { proof, linted: lintOn(stage, files, pending, true) };
  } finally {
    stage.close();
  }
}

function lintOn(
  stage: Stage,
  files: readonly MigrationFile[],
  pending: readonly MigrationFile[],
  isNew: boolean,
): readonly Staged[] {
  const chains = new Map(chainOf(files).map((chain, i) => [files[i]?.name, chain]));
  const replays = pending.map((file, i) => stage.replay(file, pending.slice(i + 1)));
  return replays.map((replay) => {
    // Nobody uses a new database between two of its files: it is judged by what the last one leaves.
    const breakages = isNew ? stage.unmended(replay.breakages) : replay.breakages;
    return {
      ...lint({ ...replay, breakages }, { isNew }),
      chain: chains.get(replay.file.name) ?? "",
      schemaAfter: replay.after.objects,
    };
  });
}
