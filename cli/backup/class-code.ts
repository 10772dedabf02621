import { join } from "node:path";
import { codeOf } from "../../src/artefact/built.ts";
import type { CodeOf } from "../../src/backup/classes/drill.ts";
import type { Project } from "../../src/project/project.ts";
import { classesWithBackup } from "./sources/classes.ts";

/** The code that this folder has of the classes of a backup. */
export const classCode =
  ({ systems }: Pick<Project, "systems">, root: string): CodeOf =>
  async ({ key }) => {
    const found = classesWithBackup(systems).find((each) => each.key === key);
    if (found === undefined) return `this folder declares no class ${key} with a backup`;
    const { worker, storage, methods } = found;
    const { bundle } = await codeOf(worker, root);
    if (bundle === undefined) return `worker ${worker.name} has no code`;
    return {
      mainModule: bundle.mainModule,
      modules: bundle.modules.map(({ name, contentType, contentFile }) => ({
        ...{ name, contentType, path: join(root, contentFile) },
      })),
      compatibilityDate: worker.compatibilityDate,
      compatibilityFlags: worker.compatibilityFlags,
      ...{ storage, methods },
    };
  };
