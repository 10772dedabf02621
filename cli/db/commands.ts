import { advise } from "./advise/advise.ts";
import { corpus } from "./advise/corpus.ts";
import type { Command } from "./command.ts";
import { contract } from "./contract.ts";
import { copyRows } from "./copy/copy.ts";
import { accept, baseline } from "./decide.ts";
import { diff } from "./diff.ts";
import { generateRows } from "./generate/generate.ts";
import { lint } from "./lint.ts";
import { newFile } from "./new/new.ts";
import { query } from "./query.ts";
import { rehearse } from "./rehearse.ts";
import { reindexVectors } from "./reindex/reindex.ts";
import { reset } from "./reset.ts";
import { seed } from "./seed.ts";
import { shell } from "./shell.ts";
import { squash } from "./squash/squash.ts";
import { plan, status } from "./status.ts";

/** Every `db` command, in the order in which help shows them. */
export const commands: readonly Command[] = [
  newFile,
  lint,
  status,
  plan,
  advise,
  rehearse,
  seed,
  generateRows,
  copyRows,
  reset,
  reindexVectors,
  contract,
  corpus,
  query,
  shell,
  diff,
  squash,
  baseline,
  accept,
];
