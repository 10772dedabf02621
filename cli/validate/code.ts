import { join } from "node:path";
import { sourceOf } from "../../src/bundle/bundle.ts";
import { cachedBundle } from "../../src/bundle/cached.ts";
import { workersOf } from "../../src/declare/graph.ts";
import type { System, Worker } from "../../src/declare/index.ts";
import { type Diagnostic, UserError } from "../../src/diagnostic/user-error.ts";
import { holdCode } from "../../src/migrations/code/against-schema.ts";
import type { SchemaPoint } from "../../src/migrations/code/corpus.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { openShadow } from "../../src/migrations/shadow/shadow.ts";
import { systemStatements } from "../../src/statements/of-system.ts";

/** What is wrong with the code of workers: what does not compile, and SQL that no migration gives its tables and columns. */
export async function codeFindings(systems: readonly System[], root: string): Promise<readonly Diagnostic[]> {
  const found = await Promise.all(systems.map((system) => ofSystem(system, root)));
  return found.flat();
}

async function ofSystem(system: System, root: string): Promise<readonly Diagnostic[]> {
  const problems: Diagnostic[] = [];
  const bundles = new Map(
    await Promise.all(
      workersOf(system).map(async (worker) => [worker, await bundleOf(worker, root, problems)] as const),
    ),
  );
  if (problems.length > 0) return problems;
  const written = await systemStatements(system, async (worker) => bundles.get(worker), root);
  return Object.entries(written.folders).flatMap(([name, folder]) => {
    const points = pointsOf(join(root, folder));
    if (points === undefined) return [];
    return holdCode({ label: `${system.name}/${name}`, points, root }, written).refusals;
  });
}

async function bundleOf(worker: Worker, root: string, problems: Diagnostic[]) {
  const source = sourceOf(worker);
  if (source === undefined) return undefined;
  try {
    return await cachedBundle(source, root);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(error.diagnostic, ...error.others);
    return undefined;
  }
}

/** What each file of a folder makes of an empty database; undefined where one cannot be read or carried out, which is a finding of its own. */
function pointsOf(folder: string): readonly SchemaPoint[] | undefined {
  const shadow = openShadow();
  try {
    const points: SchemaPoint[] = [{ by: undefined, schema: [] }];
    for (const { name, statements } of readFolder(folder)) {
      for (const { sql } of statements) if (shadow.run(sql).error !== undefined) return undefined;
      points.push({ by: name, schema: shadow.schema() });
    }
    return points;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  } finally {
    shadow.close();
  }
}
