import { backwardCompatible } from "./backward-compatible.ts";
import { dropColumn } from "./drop-column.ts";
import { dropTable } from "./drop-table.ts";
import { droppedIndex } from "./dropped-index.ts";
import { failsWithRows } from "./fails-with-rows.ts";
import { foreignKeyEffects } from "./foreign-key-effects.ts";
import { idempotence } from "./idempotence.ts";
import { longWork } from "./long-work.ts";
import { lossyRebuild } from "./lossy-rebuild.ts";
import { naming } from "./naming.ts";
import { pragmas } from "./pragmas.ts";
import { quotedText } from "./quoted-text.ts";
import { redundantIndex } from "./redundant-index.ts";
import { refused } from "./refused.ts";
import type { Rule } from "./rule.ts";
import { setTwice } from "./set-twice.ts";
import { tightening } from "./tightening.ts";
import { triggers } from "./triggers.ts";
import { unbounded } from "./unbounded.ts";
import { unindexedForeignKey } from "./unindexed-foreign-key.ts";
import { uniqueness } from "./uniqueness.ts";
import { unusable } from "./unusable.ts";

/** Every rule of the linter, in the order in which a file's findings of one line are shown. */
export const rules: readonly Rule[] = [
  refused,
  unusable,
  naming,
  dropTable,
  dropColumn,
  foreignKeyEffects,
  unbounded,
  quotedText,
  setTwice,
  lossyRebuild,
  failsWithRows,
  uniqueness,
  tightening,
  backwardCompatible,
  pragmas,
  idempotence,
  triggers,
  longWork,
  droppedIndex,
  unindexedForeignKey,
  redundantIndex,
];
