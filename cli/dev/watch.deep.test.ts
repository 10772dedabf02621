import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Watcher, watchSources } from "./watch.ts";

const root = mkdtempSync(join(tmpdir(), "lockstep-watch-"));
const file = join(root, "workers", "notes", "api", "index.ts");
const elsewhere = join(root, "elsewhere.ts");
const shared = join(root, "lib", "shared.ts");
const git = (...args: readonly string[]): void => {
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", ...args], {
    cwd: root,
    stdio: "ignore",
  });
};

let watcher: Watcher;
const contentOf = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
/** What a build that was begun by the watcher would have read last. */
let seen = "";
beforeAll(async () => {
  mkdirSync(join(root, "workers", "notes", "api"), { recursive: true });
  mkdirSync(join(root, "lib"));
  writeFileSync(file, "export default 0;\n");
  writeFileSync(shared, "export const shared = 0;\n");
  git("init", "--quiet");
  for (const branch of ["other", "first"]) {
    git("checkout", "--quiet", "-b", branch);
    writeFileSync(file, `export default "${branch}";\n`);
    git("add", "workers");
    git("commit", "--quiet", "--message", branch);
  }
  watcher = watchSources(
    root,
    () => {
      seen = contentOf(file) + contentOf(shared);
    },
    (text) => {
      throw new Error(text);
    },
  );
  watcher.follow(["lib/shared.ts", "workers/notes/api/index.ts"]);
  await watcher.ready;
});
afterAll(async () => {
  await watcher.close();
  rmSync(root, { recursive: true, force: true });
});

const saves: Readonly<Record<string, (text: string, turn: number) => void>> = {
  "in place": (text) => writeFileSync(file, text),
  "by appending": (text) => appendFileSync(file, text),
  "as vim does: the old one becomes a backup, a new one is written": (text) => {
    renameSync(file, `${file}~`);
    writeFileSync(file, text);
    rmSync(`${file}~`);
  },
  "as an editor's safe write does: a temporary file takes the place": (text) => {
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  },
  "by sed -i": (_text, turn) => {
    execFileSync("sed", ["-i", `1s/.*/export default ${turn} + 1;/`, file]);
  },
  "by mv from elsewhere": (text) => {
    writeFileSync(elsewhere, text);
    execFileSync("mv", [elsewhere, file]);
  },
  "by git checkout": (_text, turn) =>
    git("checkout", "--quiet", "--force", turn % 2 === 0 ? "other" : "first"),
  "of a file outside of workers that is followed": (text) => {
    writeFileSync(`${shared}.tmp`, text);
    renameSync(`${shared}.tmp`, shared);
  },
  "of a folder that goes away and comes back": (text) => {
    rmSync(join(root, "workers", "notes"), { recursive: true });
    mkdirSync(join(root, "workers", "notes", "api"), { recursive: true });
    writeFileSync(file, text);
  },
};

describe("a save is seen", () => {
  test.for(Object.entries(saves))("%s, each of a hundred", async ([, save]) => {
    for (let turn = 0; turn < 100; turn += 1) {
      save(`export default ${turn};\n`, turn);
      await expect
        .poll(() => seen === contentOf(file) + contentOf(shared), { interval: 5, message: `save ${turn}` })
        .toBe(true);
    }
  });
});
