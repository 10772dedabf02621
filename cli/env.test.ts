import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EmbeddedConnection } from "../toolchain/embedded/embedded.ts";
import { embeddedVariables, pathWith, wranglerVariables } from "../toolchain/environment.ts";
import { csvQuote } from "../toolchain/launchers/shell-quote.ts";
import { packageRoot } from "../toolchain/package-root.ts";
import { placesOf } from "../toolchain/project.ts";
import { shellLines } from "./env.ts";

const nastyRoot = `/home/o'brien/my "clones"/$HOME \`x\` %41\\ ;&|*?!#\ntwo/lock`;
const connection: EmbeddedConnection = {
  api: "http://127.0.0.1:8787/client/v4",
  token: "t",
  accounts: [
    { id: "s1", name: "staging" },
    { id: "d1", name: "dev" },
  ],
  front: "http://127.0.0.1:8788",
  providerPort: 4711,
  pid: 1,
};

/** What a shell has after evaluating the lines. */
function evaluated(shell: string, lines: string, base: NodeJS.ProcessEnv): Record<string, string> {
  const script = 'eval "$LINES_TO_EVALUATE"; unset LINES_TO_EVALUATE; env -0';
  const out = execFileSync(shell, ["-c", script], {
    env: { ...base, LINES_TO_EVALUATE: lines },
    encoding: "utf8",
    // bash takes a socket as its input for a remote login, and reads the user's files.
    stdio: ["ignore", "pipe", "inherit"],
  });
  return Object.fromEntries(
    out
      .split("\0")
      .flatMap((entry) =>
        entry.includes("=")
          ? [[entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]]
          : [],
      ),
  );
}

test.each(["sh", "bash"])("%s reads every variable back exactly, for any path a clone can have", (shell) => {
  const base = {
    PATH: process.env.PATH,
    CLOUDFLARE_API_KEY: "old",
    PULUMI_OPTION_SKIP_PREVIEW: "true",
    PULUMI_DIY_BACKEND_GZIP: "true",
  };
  const variables = embeddedVariables(placesOf(nastyRoot), connection, base);
  const got = evaluated(shell, shellLines(variables), base);
  for (const [name, value] of Object.entries(variables)) expect(got[name], name).toBe(value);
  expect(got.PULUMI_DEBUG_PROVIDERS).toBe("cloudflare:4711");
  expect(got).not.toHaveProperty("PULUMI_OPTION_SKIP_PREVIEW");
  expect(got, "the launcher looks for the state as plain JSON").not.toHaveProperty("PULUMI_DIY_BACKEND_GZIP");
});

test("the backend is a URL of the clone's own folder, whatever its path holds", () => {
  const { PULUMI_BACKEND_URL } = embeddedVariables(placesOf("/a b/c%d?#e"), connection, {});
  expect(PULUMI_BACKEND_URL).toBe("file:///a%20b/c%25d%3F%23e/.lockstep/state");
});

test("wrangler gets the dev account and none of the user's own keys", () => {
  expect(wranglerVariables(placesOf("/p"), connection, { PATH: "/bin" }, "dev")).toMatchObject({
    PATH: "/p/.lockstep/bin:/bin",
    CLOUDFLARE_API_BASE_URL: connection.api,
    CLOUDFLARE_ACCOUNT_ID: "d1",
    CLOUDFLARE_API_KEY: undefined,
    WRANGLER_SEND_METRICS: "false",
  });
});

test("the official provider is downloaded when it is asked for", () => {
  const variables = embeddedVariables(placesOf("/p"), connection, { LOCKSTEP_PROVIDER: "official" });
  expect(variables.PULUMI_DEBUG_PROVIDERS).toBeUndefined();
  expect(variables.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION).toBeUndefined();
});

test("PATH keeps the user's order, loses our older copy and what npm run adds", () => {
  const byNpm = join(packageRoot, "node_modules", ".bin");
  expect(
    pathWith(["/p/bin"], `${byNpm}:/a:/p/bin:/b/node_modules/.bin:/x/@npmcli/run-script/lib/node-gyp-bin:/c`),
  ).toBe("/p/bin:/a:/b/node_modules/.bin:/c");
});

test("a list element with a comma or a quote stays one element", () => {
  expect(csvQuote("/plain path/policy")).toBe("/plain path/policy");
  expect(csvQuote('/a,"b"/policy')).toBe('"/a,""b""/policy"');
});

test("an unknown option fails, and so does the shell that evaluates the answer", () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-env-"));
  mkdirSync(join(folder, "x"));
  const ran = spawnSync(process.execPath, [join(packageRoot, "cli", "main.ts"), "env", "--nope"], {
    encoding: "utf8",
    cwd: folder,
  });
  rmSync(folder, { recursive: true, force: true });
  expect(ran.status).toBe(1);
  expect(ran.stderr).toContain("--nope");
  expect(spawnSync("sh", ["-c", 'eval "$1"', "sh", ran.stdout]).status).toBe(1);
});
