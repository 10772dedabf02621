import { configDefaults, defineConfig } from "vitest/config";
import { LongestFirst } from "./test/suite/longest-first.ts";

const folders = "{src,policy,embedded,toolchain,scripts,cli,harness,workers,test}";
const deep = `${folders}/**/*.deep.test.ts`;

export default defineConfig({
  test: {
    // `npm run test:deep` sets this: sweeps of minutes, not part of every run.
    ...(process.env.LOCKSTEP_TESTS === "deep"
      ? { include: [deep], testTimeout: 1_800_000 }
      : {
          include: [`${folders}/**/*.test.ts`],
          exclude: [...configDefaults.exclude, deep],
          testTimeout: 60_000,
        }),
    hookTimeout: 120_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
});
