import type { WorkerOptions } from "miniflare";
import { z } from "zod";
import type { VersionSpec } from "../../compute.ts";
import { loopbackPorts } from "../../workerd/unsafe.ts";
import { type UserWorkerContext, userWorker } from "./cell-options.ts";
import { moduleDefinitions, modulePath } from "./modules.ts";

/** What an upload exports, told by a module that imports it. */
const inspectModule = (main: string): string => `
import * as user from ${JSON.stringify(main)};
export * from ${JSON.stringify(main)};
const methods = (f) => Object.getOwnPropertyNames(f.prototype ?? {}).filter((k) => k !== "constructor");
const handlers = (x) =>
  typeof x === "function" ? methods(x) : Object.keys(x ?? {}).filter((k) => typeof x[k] === "function");
const named = Object.entries(user).filter(
  ([name, x]) => name !== "default" && x !== null && ["function", "object"].includes(typeof x),
);
export default {
  fetch: () =>
    Response.json({
      handlers: handlers(user.default),
      namedHandlers: named.map(([name, x]) => ({ name, handlers: typeof x === "function" ? ["class"] : handlers(x) })),
    }),
};`;

/** A second copy of the user's worker, for a trial, that answers with {@link exportsSchema} instead. */
export function inspectWorker(version: VersionSpec, context: UserWorkerContext): WorkerOptions[] {
  if (version.mainModule === undefined) return [];
  const main = modulePath(version.mainModule);
  const modules = moduleDefinitions(version);
  return [
    {
      ...userWorker(version, { ...context, namespaceSuffix: "-inspect" }),
      name: "inspect",
      modulesRoot: "/",
      modules: [
        { type: "ESModule", path: "/lockstep-inspect.js", contents: inspectModule(`.${main}`) },
        ...modules,
      ],
      ...loopbackPorts("default"),
    },
  ];
}

export const exportsSchema = z.object({
  handlers: z.array(z.string()),
  namedHandlers: z.array(z.object({ name: z.string(), handlers: z.array(z.string()) })),
});
