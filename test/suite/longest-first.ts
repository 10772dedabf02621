import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { root } from "../structure/imports.ts";
import { seconds } from "./seconds.ts";

/** A file that nobody measured: a deep one brings a stack up, most likely. */
const usual = (path: string): number => (path.endsWith(".deep.test.ts") ? 90 : 1);

/** What a file is taken to last, by its path from the top of the repository. */
export const secondsOf = (path: string): number => seconds[path] ?? usual(path);

/** Starts the files that take longest first, so that none of them runs on alone at the end. Vitest itself knows no durations in a fresh clone. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(files);
    const lasts = (file: TestSpecification): number => secondsOf(relative(root, file.moduleId));
    return bySize.toSorted((a, b) => lasts(b) - lasts(a));
  }
}
