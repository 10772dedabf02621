import { posix } from "node:path";
import type { WorkerOptions } from "miniflare";
import { UploadRejected, type VersionSpec } from "../../compute.ts";

export type ModuleDefinitions = Exclude<
  Extract<WorkerOptions, { modules: unknown }>["modules"],
  boolean | undefined
>;

/** A script of assets only still needs a worker: one that is never asked. */
const nothing: ModuleDefinitions = [
  {
    type: "ESModule",
    path: "/assets-only.js",
    contents: "export default { fetch: () => new Response(null, { status: 404 }) };",
  },
];

/** An upload's modules as Miniflare wants them: the main one first, all of them below `/`. */
export function moduleDefinitions(version: VersionSpec): ModuleDefinitions {
  const { mainModule } = version;
  if (mainModule === undefined) return nothing;
  const main = version.modules.find((m) => modulePath(m.name) === modulePath(mainModule));
  if (main === undefined) throw new UploadRejected(`No such module "${mainModule}".`);
  if (version.modules.some((m) => m.type === "PythonModule"))
    throw new UploadRejected("Python Workers cannot be run here: their runtime is not part of this one.");
  const others = version.modules.filter((m) => m !== main);
  return [main, ...others].map((m) => ({ type: m.type, path: modulePath(m.name), contents: m.contents }));
}

/** `./lib/x.js` and `lib/x.js` are one module. */
export const modulePath = (name: string): string => posix.normalize(`/${name}`);
