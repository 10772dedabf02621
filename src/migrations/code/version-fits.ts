import { type Job, planLive } from "../plan/job.ts";
import { type CorpusProblem, type CorpusStatement, checkCorpus } from "./corpus.ts";
import { knownStatements } from "./corpus-file.ts";
import { recordedOf } from "./corpus-live.ts";

/** What is known of an old version of a worker and a database as it is today. */
export interface Fit {
  /** Statements that today's schema does not know any more. */
  readonly broken: readonly CorpusProblem[];
  /** What was tried. */
  readonly statements: readonly CorpusStatement[];
  /** Where they come from: the version itself, or `corpus/`, which knows the worker but not the version. */
  readonly from: "version" | "corpus" | "nothing";
}

/**
 * Prepares what a version was recorded to run against the database's schema of today. Where nothing was recorded of it (a real account records
 * nothing) what `corpus/` says of the worker is tried in its place.
 * @param worker `script` at Cloudflare, `name` in the declaration
 */
export async function versionFits(
  job: Job,
  worker: { readonly script: string; readonly name: string },
  versionId: string,
  root: string,
): Promise<Fit> {
  const own = await recordedOf(job, worker.script, versionId);
  const known = knownStatements(root, job.label).filter((each) => each.worker === worker.name);
  const [from, statements]: readonly [Fit["from"], readonly CorpusStatement[]] =
    own !== undefined && own.length > 0
      ? ["version", own]
      : known.length > 0
        ? ["corpus", known]
        : ["nothing", []];
  if (statements.length === 0) return { broken: [], statements, from };
  const { schema } = await planLive(job);
  return { broken: checkCorpus(statements, [{ by: undefined, schema }]), statements, from };
}
