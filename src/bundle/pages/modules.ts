import { readFileSync } from "node:fs";
import { extname } from "node:path";
import type { Plugin } from "esbuild";
import { ownModule } from "../../package/own-module.ts";
import { routerModule } from "./entry.ts";

/** What esbuild is given as the entry point of a Pages project. */
export const pagesEntry = "lockstep:pages";

/** The library's own file of the router. */
export const routerFile = ownModule(import.meta, "./router");

/** Gives esbuild the generated entry and the router under names of their own: where the library lies is in no bundle. */
export const pagesModules = (entry: string, root: string): Plugin => ({
  name: "lockstep-pages",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^lockstep:pages(-router)?$/ }, ({ path }) => ({
      path: path.slice("lockstep:".length),
      namespace: "lockstep",
    }));
    onLoad({ filter: /./, namespace: "lockstep" }, ({ path }) =>
      `lockstep:${path}` === routerModule
        ? { contents: readFileSync(routerFile, "utf8"), loader: extname(routerFile) === ".ts" ? "ts" : "js" }
        : { contents: entry, resolveDir: root, loader: "js" },
    );
  },
});
