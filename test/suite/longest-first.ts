import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { root } from "../imports.ts";
import { seconds } from "./seconds.ts";

const secondsOf = (path: string): number => seconds[relative(root, path)] ?? 0;

/** Starts the files that take longest first, so that none of them runs on alone at the end. Vitest itself knows no durations in a fresh clone. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    return others.toSorted((a, b) => secondsOf(b.moduleId) - secondsOf(a.moduleId));
  }
}
