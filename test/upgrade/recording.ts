import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type Clone, clone } from "../clone.ts";
import { type DataFolderText, describeDataFolder, makeDataFolder } from "./data-folder.ts";
import { bundledModules, putProject, stages } from "./project-of-today.ts";

/** Where the recordings are, one folder each. */
export const recordings = import.meta.dirname;

/** What is another one in every place, and the word for it in a recording. */
const placeWords = ({ folder, embedded }: Clone): readonly (readonly [word: string, mine: string])[] => [
  ["{folder}", folder],
  ["{origin}", new URL(embedded.api).origin],
  ["localhost:{frontPort}", `localhost:${embedded.frontPort}`],
];

/**
 * Writes what a version left behind, as text: each stack's state and configuration, and the data folder. Stops the embedded
 * Cloudflare. Throws when this machine's paths would be in it.
 * @param frozen the project that was brought up
 * @param target the recording's folder
 */
export async function writeRecording(project: Clone, frozen: string, target: string): Promise<void> {
  const { folder, embedded } = project;
  const made: Record<string, string> = {};
  const portable = (text: string): string =>
    placeWords(project).reduce((changed, [word, mine]) => changed.replaceAll(mine, word), text);
  for (const stage of stages) {
    const { code, out } = await project.pulumi(["stack", "export", "--stack", stage]);
    if (code !== 0) throw new Error(out);
    const state: unknown = JSON.parse(out, withoutPlaces);
    made[`states/${stage}.json`] = portable(`${JSON.stringify(state, null, 1)}\n`);
    for (const name of [`${stage}.yaml`, `${stage}.from-stack-file.json`])
      made[`config/${name}`] = readFileSync(join(folder, ".lockstep/config", name), "utf8");
  }
  await embedded.close();
  const modules = await bundledModules(folder);
  const { databases, files, parts } = describeDataFolder(join(folder, ".lockstep/embedded"));
  for (const [path, text] of Object.entries(databases)) made[`data/${path}.sql`] = portable(text);
  made["data/files.json"] = `${JSON.stringify(files, null, 1)}\n`;
  for (const [digest, bytes] of parts)
    if (!modules.has(digest)) made[`data/parts/${digest}.js`] = smallText(digest, bytes);
  for (const [path, text] of Object.entries(made))
    for (const mine of [homedir(), dirname(dirname(recordings))])
      if (text.includes(`${mine}/`)) throw new Error(`${path} names this machine: ${mine}`);
  for (const each of ["states", "config", "data"])
    rmSync(join(target, each), { recursive: true, force: true });
  if (join(target, "project") !== frozen) cpSync(frozen, join(target, "project"), { recursive: true });
  for (const [path, text] of Object.entries(made)) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), text);
  }
}

/** Where in which file a resource was declared: for people, another one on every machine, and a fifth of a state. */
function withoutPlaces(key: string, value: unknown): unknown {
  return key === "sourcePosition" || key === "stackTrace" ? undefined : value;
}

function smallText(digest: string, bytes: Uint8Array): string {
  if (bytes.length > 2_000)
    throw new Error(
      `the module ${digest} is not a bundle of the project as it is at the end of the recording`,
    );
  return Buffer.from(bytes).toString("utf8");
}

/** A clone of this version in the place of the one that was recorded: its project, its embedded Cloudflare, its stacks. */
export async function bringBack(recording: string): Promise<Clone> {
  const from = join(recordings, recording);
  const project = await clone({
    async prepare(folder) {
      putProject(join(from, "project"), folder);
      cpSync(join(from, "config"), join(folder, ".lockstep/config"), { recursive: true });
      const modules = new Map([...(await bundledModules(folder)), ...readParts(from)]);
      makeDataFolder(join(folder, ".lockstep/embedded"), readData(from), (digest) => {
        const bytes = modules.get(digest);
        if (bytes !== undefined) return bytes;
        throw new Error(
          `this version bundles none of the recording's workers to ${digest}: an up would change them`,
        );
      });
    },
  });
  for (const stage of stages) {
    const file = join(project.folder, `${stage}.json`);
    const state = readFileSync(join(from, "states", `${stage}.json`), "utf8");
    writeFileSync(
      file,
      placeWords(project).reduce((text, [word, mine]) => text.replaceAll(word, mine), state),
    );
    for (const args of [["config"], ["stack", "import", "--file", file]]) {
      const { code, out } = await project.pulumi([...args, "--stack", stage]);
      if (code !== 0) throw new Error(out);
    }
  }
  return project;
}

function readData(from: string): DataFolderText {
  const data = join(from, "data");
  const paths = readdirSync(data, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".sql"),
  );
  const files: unknown = JSON.parse(readFileSync(join(data, "files.json"), "utf8"));
  return {
    databases: Object.fromEntries(
      paths.map((path) => [path.slice(0, -".sql".length), readFileSync(join(data, path), "utf8")]),
    ),
    files: Object.fromEntries(Object.entries(files ?? {}).map(([path, base64]) => [path, String(base64)])),
  };
}

function readParts(from: string): [digest: string, bytes: Uint8Array][] {
  const folder = join(from, "data", "parts");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.map((name) => [name.slice(0, -".js".length), readFileSync(join(folder, name))]);
}
