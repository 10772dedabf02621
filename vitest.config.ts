import { configDefaults, defineConfig } from "vitest/config";
import { LongestFirst } from "./test/suite/longest-first.ts";

const folders = "{src,policy,embedded,toolchain,scripts,cli,harness,workers,test}";
const deep = `${folders}/**/*.deep.test.ts`;

export default defineConfig({
  test: {
    // `npm run test:deep` sets this: sweeps of minutes, not part of every run.
    ...(process.env.LOCKSTEP_TESTS === "deep"
      ? { include: [deep], testTimeout: 1_800_000, hookTimeout: 1_800_000 }
      : {
          include: [`${folders}/**/*.test.ts`],
          exclude: [...configDefaults.exclude, deep],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        }),
    // Vitest waits one second for what is to become true: a loaded machine takes longer to start a process.
    expect: { poll: { timeout: 60_000 } },
    // For two cores: a third file has something to do while two wait for a process, an alarm or a retry.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
