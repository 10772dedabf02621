import { createHash } from "node:crypto";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "../../src/bundle/build.ts";

/**
 * Puts a frozen project into a clone of this repository, in the way that this version reads one. What a later version wants
 * otherwise is written here, and nowhere in the fixtures.
 * @param frozen its `systems/`, `workers/`, `migrations/`, `corpus/` and stack files
 */
export function putProject(frozen: string, folder: string): void {
  for (const each of ["workers", "migrations", "corpus"]) {
    if (each !== "workers") rmSync(join(folder, each), { recursive: true, force: true });
    if (existsSync(join(frozen, each))) cpSync(join(frozen, each), join(folder, each), { recursive: true });
  }
  for (const stage of stages)
    cpSync(join(frozen, `Pulumi.${stage}.yaml`), join(folder, `Pulumi.${stage}.yaml`));
  rmSync(join(folder, "src", "systems"), { recursive: true });
  mkdirSync(join(folder, "systems"));
  for (const system of systems) {
    const text = readFileSync(join(frozen, "systems", `${system}.ts`), "utf8");
    writeFileSync(
      join(folder, systemFile(system)),
      text.replace('from "lockstep"', 'from "../src/index.ts"'),
    );
  }
  writeFileSync(join(folder, "project.ts"), projectText);
}

/** Where a system of the project is declared. */
export const systemFile = (system: string): string => `systems/${system}.ts`;

export const stages = ["dev", "staging", "prod"] as const;
const systems = ["dome", "pair"] as const;

/** The stages as the first version had them. */
const projectText = `import { defineProject } from "./src/index.ts";
${systems.map((name) => `import { ${name} } from "./${systemFile(name)}";`).join("\n")}

export default defineProject({
  systems: [${systems.join(", ")}],
  stages: [
    { name: "dev" },
    { name: "staging", bakeSeconds: 300 },
    { name: "prod", suffix: "", protected: true, ownsShared: true, bakeSeconds: 900 },
  ],
});
`;

/** The modules of the workers in a project's folder, as this version bundles them, by their SHA-256. */
export async function bundledModules(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const modules = new Map<string, Uint8Array>();
  for (const main of globSync("workers/*/*/index.ts", { cwd: folder })) {
    const made = await bundle({ main }, folder);
    for (const { contentFile } of made.bundle.modules) {
      const bytes = readFileSync(join(folder, contentFile));
      modules.set(createHash("sha256").update(bytes).digest("hex"), bytes);
    }
  }
  return modules;
}
