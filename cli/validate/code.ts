import { existsSync } from "node:fs";
import { join } from "node:path";
import { sourceOf } from "../../src/bundle/bundle.ts";
import { cachedBundle } from "../../src/bundle/cached.ts";
import { workersOf } from "../../src/declare/graph.ts";
import type { System, Worker } from "../../src/declare/index.ts";
import { type Diagnostic, UserError } from "../../src/diagnostic/user-error.ts";
import { holdCode } from "../../src/migrations/code/against-schema.ts";
import type { SchemaPoint } from "../../src/migrations/code/corpus.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { replay } from "../../src/migrations/plan/replayed.ts";
import { codeDiagnostics } from "../../src/program/preflight/code-checks.ts";
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
  const refused = codeDiagnostics(system, (worker) => bundles.get(worker), root);
  const written = await systemStatements(system, async (worker) => bundles.get(worker), root);
  const unmatched = Object.entries(written.folders).flatMap(([name, folder]) => {
    const states = statesOf(join(root, folder));
    if (states === undefined) return [];
    // Contract files at the end may wait: code of before them is as right as code of after them.
    const held = states.map(
      (points) => holdCode({ label: `${system.name}/${name}`, points, root }, written).refusals,
    );
    const keyOf = ({ where, got }: Diagnostic): string => JSON.stringify([where, got.split(" — ")[0]]);
    return (held.at(-1) ?? []).filter((refusal) =>
      held.every((each) => each.some((other) => keyOf(other) === keyOf(refusal))),
    );
  });
  return [...refused, ...unmatched];
}

async function bundleOf(worker: Worker, root: string, problems: Diagnostic[]) {
  const source = sourceOf(worker);
  // An entry module that is not there is told of its declaration.
  if (source?.main !== undefined && !existsSync(join(root, source.main))) return undefined;
  if (source === undefined) return undefined;
  try {
    return await cachedBundle(source, root);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(error.diagnostic, ...error.others);
    return undefined;
  }
}

/**
 * The states that code may meet, each with the way to it: as all files leave the database, and as it is while the last contract files wait.
 * Undefined where a file cannot be read or carried out, which is a finding of its own.
 */
function statesOf(folder: string): readonly (readonly SchemaPoint[])[] | undefined {
  try {
    const files = readFolder(folder);
    const points: SchemaPoint[] = [{ by: undefined, schema: [] }];
    const found = replay(files, ({ name }, schema) => points.push({ by: name, schema: schema() }));
    if (found.kind === "failed") return undefined;
    const last = files.findLastIndex(({ phase }) => phase === "contract");
    const first =
      last < 0 ? files.length : files.findLastIndex(({ phase }, at) => at < last && phase !== "contract") + 1;
    return points.flatMap((_, at) => (at >= first ? [points.slice(0, at + 1)] : []));
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
