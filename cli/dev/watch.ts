import { existsSync, type FSWatcher, watch } from "node:fs";
import { dirname, join, sep } from "node:path";

/** Editors write a file in several steps: a moment of quiet is waited for. */
const quietMs = 40;

/** Watches the sources of workers. */
export interface Watcher {
  /** Watches, besides `workers/`, the folders of these files (from the root); packages are not watched. */
  readonly follow: (files: readonly string[]) => void;
  readonly close: () => void;
}

/** Calls `onChange` with the moment (of `performance.now()`) of the first of some changes, when they have come to rest. */
export function watchSources(root: string, onChange: (sinceMs: number) => void): Watcher {
  const watchers = new Map<string, FSWatcher>();
  let sinceMs: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const changed = (): void => {
    sinceMs ??= performance.now();
    clearTimeout(timer);
    timer = setTimeout(() => {
      const since = sinceMs ?? performance.now();
      sinceMs = undefined;
      onChange(since);
    }, quietMs);
  };
  const add = (folder: string, recursive: boolean): void => {
    const path = join(root, folder);
    if (watchers.has(folder) || !existsSync(path)) return;
    const watcher = watch(path, { recursive }, changed);
    // A folder that goes away takes its watcher along; when it comes back, the next build follows it again.
    watcher.on("error", () => {
      watcher.close();
      watchers.delete(folder);
    });
    watchers.set(folder, watcher);
  };
  add("workers", true);
  return {
    follow: (files) => {
      for (const file of files) {
        const folder = dirname(file);
        if (
          folder.split(sep).includes("node_modules") ||
          folder === "workers" ||
          folder.startsWith(`workers${sep}`)
        )
          continue;
        add(folder, false);
      }
    },
    close: () => {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}
