// Draws the picture of each page of docs/systems anew: node scripts/docs/pictures.ts
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { packageRoot } from "../../toolchain/package-root.ts";

const folder = join(packageRoot, "docs/systems");
const command = join(packageRoot, "bin/lockstep.mjs");
for (const file of readdirSync(folder)) {
  const path = join(folder, file);
  const picture = execFileSync(process.execPath, [command, "diagram", basename(file, ".md")], {
    cwd: packageRoot,
    encoding: "utf8",
  });
  const text = readFileSync(path, "utf8");
  writeFileSync(
    path,
    text.replace(/^```mermaid\n[\s\S]*?^```/m, () => `\`\`\`mermaid\n${picture}\`\`\``),
  );
}
