// `npm test` and `npm run test:deep`: vitest's own output, then one line with its real figures.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { apply, pathWith } from "./environment.ts";
import { packageRoot } from "./package-root.ts";
import { placesOf } from "./project.ts";

const reportShape = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Counts vitest's JSON report. A file that could not even be loaded counts as one failure, and so does a run that ended badly
 * although every test in it passed (an error outside any test).
 * @param report the report's text; undefined when vitest wrote none
 */
export function count(report: string | undefined, exitCode: number | null): Count {
  const files = report === undefined ? [] : reportShape.parse(JSON.parse(report)).testResults;
  const statuses = files.flatMap((file) => file.assertionResults.map(({ status }) => status));
  const passed = statuses.filter((status) => status === "passed").length;
  const failedTests = statuses.filter((status) => status === "failed").length;
  const unloaded = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
  ).length;
  const failed = failedTests + unloaded;
  return {
    passed,
    failed: failed === 0 && exitCode !== 0 && passed > 0 ? 1 : failed,
    skipped: statuses.length - passed - failedTests,
  };
}

export function summary({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

/** Where an engine comes from and is kept, the same for tests as for everything else; and how long sweeps are. */
const kept = new Set(["LOCKSTEP_CACHE", "LOCKSTEP_ENGINE_RELEASES", "LOCKSTEP_RUNS"]);

/** Tests are the same in a shell that `env` made, in one with a real account, and in one with neither. */
export function testEnvironment(base: NodeJS.ProcessEnv, deep: boolean): NodeJS.ProcessEnv {
  const places = placesOf(packageRoot);
  const foreign = Object.keys(base).filter(
    (name) => /^(PULUMI_|CLOUDFLARE_|CF_|WRANGLER_|LOCKSTEP_)/.test(name) && !kept.has(name),
  );
  return apply(base, {
    ...Object.fromEntries(foreign.map((name) => [name, undefined])),
    PATH: pathWith([join(packageRoot, "node_modules", ".bin")], base.PATH),
    NODE_COMPILE_CACHE: places.compileCache,
    LOCKSTEP_TESTS: deep ? "deep" : undefined,
  });
}

async function main(args: readonly string[]): Promise<number> {
  const deep = args.includes("--deep");
  const folder = mkdtempSync(join(tmpdir(), "lockstep-test-"));
  const file = join(folder, "report.json");
  try {
    const vitest = join(packageRoot, "node_modules", "vitest", "vitest.mjs");
    const filters = args.filter((arg) => arg !== "--deep");
    const options = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...filters];
    const child = spawn(process.execPath, [vitest, ...options], {
      cwd: packageRoot,
      stdio: ["ignore", "inherit", "inherit"],
      env: testEnvironment(process.env, deep),
    });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(signal, () => child.kill(signal));
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code));
    });
    const result = count(readReport(file), exitCode);
    if (result.passed + result.failed === 0) process.stderr.write("No test ran\n");
    process.stdout.write(`\n${summary(result)}\n`);
    return result.failed > 0 || result.passed === 0 || exitCode !== 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
