import { backwardCompatible } from "./backwardCompatible.ts";
import { dropColumn } from "./dropColumn.ts";
import { dropTable } from "./dropTable.ts";
import { failsWithRows } from "./failsWithRows.ts";
import { foreignKeyEffects } from "./foreignKeyEffects.ts";
import { idempotence } from "./idempotence.ts";
import { longWork } from "./longWork.ts";
import { lossyRebuild } from "./lossyRebuild.ts";
import { naming } from "./naming.ts";
import { pragmas } from "./pragmas.ts";
import { refused } from "./refused.ts";
import type { Rule } from "./rule.ts";
import { tightening } from "./tightening.ts";
import { triggers } from "./triggers.ts";
import { unbounded } from "./unbounded.ts";
import { uniqueness } from "./uniqueness.ts";

/** Every rule of the linter, in the order in which a file's findings of one line are shown. */
export const rules: readonly Rule[] = [
  refused,
  naming,
  dropTable,
  dropColumn,
  foreignKeyEffects,
  unbounded,
  lossyRebuild,
  failsWithRows,
  uniqueness,
  tightening,
  backwardCompatible,
  pragmas,
  idempotence,
  triggers,
  longWork,
];
