// `npm run build`, and so `npm pack`: makes what is published in `dist`, where every file lies as it does here.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildConfig, publishedSources, root } from "./sources.ts";

const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });

const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
// Types are checked by `just types`; here they only have to be written down, which takes half the time.
const { status } = spawnSync(process.execPath, [tsc, "-p", buildConfig, "--noCheck"], {
  cwd: root,
  stdio: "inherit",
});
if (status !== 0) process.exit(status ?? 1);

for (const file of publishedSources().copied) {
  const to = join(dist, file);
  if (existsSync(to)) throw new Error(`${file} would be overwritten: it is compiled and copied`);
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(join(root, file), to);
}
