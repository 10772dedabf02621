import { dirname, join, sep } from "node:path";
import { type FSWatcher, watch } from "chokidar";

/** Editors write a file in several steps: a moment of quiet is waited for. */
const quietMs = 40;

/** Watches the sources of workers. */
export interface Watcher {
  /** Watches, besides `workers/`, the folders of these files (from the root); packages are not watched. */
  readonly follow: (files: readonly string[]) => void;
  /** Settles when every save from here on is seen. */
  readonly ready: Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Calls `onChange` with the moment (of `performance.now()`) of the first of some changes, when they have come to rest; `onTrouble`
 * with what the system says where it watches no more files.
 */
export function watchSources(
  root: string,
  onChange: (sinceMs: number) => void,
  onTrouble: (text: string) => void,
): Watcher {
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
  const options = {
    ignoreInitial: true,
    ignored: (path: string) => path.split(sep).includes("node_modules"),
  };
  const workers = watch(join(root, "workers"), options);
  const folders = watch([], { ...options, depth: 0 });
  for (const watcher of [workers, folders]) {
    watcher.on("all", changed);
    watcher.on("error", (error) => onTrouble(error instanceof Error ? error.message : String(error)));
  }
  const followed = new Set<string>();
  return {
    follow: (files) => {
      for (const file of files) {
        const folder = dirname(file);
        if (followed.has(folder) || folder === "workers" || folder.startsWith(`workers${sep}`)) continue;
        followed.add(folder);
        folders.add(join(root, folder));
      }
    },
    ready: whenReady(workers),
    close: async () => {
      clearTimeout(timer);
      await Promise.all([workers.close(), folders.close()]);
    },
  };
}

const whenReady = (watcher: FSWatcher): Promise<void> =>
  new Promise((resolve) => {
    watcher.once("ready", () => resolve());
  });
