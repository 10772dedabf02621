import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const wranglerFolder = join(import.meta.dirname, "../../../../node_modules/wrangler");

/**
 * What wrangler makes of the project: the module that Pages would run, with wrangler's own code in front of it that asks the functions for
 * what the rules of routes say.
 */
export async function builtByWrangler(root: string): Promise<string> {
  await run(
    [
      "pages",
      "functions",
      "build",
      "functions",
      "--outdir",
      "built",
      "--output-routes-path",
      "built-routes.json",
    ],
    root,
  );
  const own = join(root, "public/_routes.json");
  const rules = readFileSync(existsSync(own) ? own : join(root, "built-routes.json"), "utf8");
  const { outputFiles } = await build({
    entryPoints: [join(wranglerFolder, "templates/pages-dev-pipeline.ts")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    define: { __ROUTES__: rules },
    alias: { __ENTRY_POINT__: join(root, "built/index.js") },
  });
  return outputFiles[0]?.text ?? "";
}

/** Wrangler's own refusal where it has one. */
export async function run(args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(process.execPath, [join(wranglerFolder, "bin/wrangler.js"), ...args], {
    cwd,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (more: Buffer) => {
      said += more.toString("utf8");
    });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.on("error", reject).on("close", resolve),
  );
  if (code !== 0) throw new Error(said);
  return said;
}
