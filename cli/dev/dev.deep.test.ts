import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "../../test/clone.ts";

/** `just dev` beside a stack that the real engine brings up. The tests go on from each other. */
let project: Clone;
let dev: ChildProcess | undefined;
let printed = "";
const path = "workers/dome/dome-api/index.ts";

beforeAll(async () => {
  project = await clone();
  await ran(["up", "--yes", "--skip-preview", "--stack", "dev"]);
});
afterAll(async () => {
  dev?.kill("SIGKILL");
  await project.remove();
});

async function ran(args: readonly string[]): Promise<string> {
  const { code, out } = await project.pulumi(args);
  expect(code, out).toBe(0);
  return out;
}
const health = async (): Promise<string> =>
  (await project.visit("dome-api-dev.dev.localhost", "/health")).text;
const serving = async (): Promise<string> => {
  const answer = await project.api("dev", "GET", "/workers/scripts/dome-api-dev/deployments");
  const shape = z.object({
    deployments: z.array(z.object({ versions: z.array(z.object({ version_id: z.string() })) })),
  });
  return shape.parse(answer).deployments[0]?.versions[0]?.version_id ?? "";
};
const answerWith = (answer: string): void =>
  project.edit(path, (text) => text.replace(/ok: [^,]+, version/, `ok: ${answer}, version`));

async function startDev(...args: string[]): Promise<void> {
  printed = "";
  dev = spawn(
    join(project.folder, "node_modules/node/bin/node"),
    [join(project.folder, "bin/lockstep.mjs"), "dev", ...args],
    {
      cwd: project.folder,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  for (const stream of [dev.stdout, dev.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  await expect.poll(() => printed).toMatch(/Save a file under workers/);
}
async function endDev(signal: NodeJS.Signals): Promise<void> {
  if (dev === undefined) return;
  const ended = once(dev, "close");
  dev.kill(signal);
  await ended;
}

test("a saved file serves without an up, and its mistakes and logs are shown with their places", async () => {
  const before = await serving();
  await startDev();
  expect(printed).toMatch(/^dome-api +http:\/\/dome-api-dev\.dev\.localhost:\d+\/$/m);
  answerWith('"by dev"');
  await expect.poll(health).toContain('"by dev"');
  await expect.poll(() => printed).toMatch(/^dome-api +→ version [0-9a-f]{8} in \d+\.\d s$/m);
  answerWith("(");
  await expect.poll(() => printed).toMatch(/✗ {3}where: {4}workers\/dome\/dome-api\/index\.ts:\d+/);
  expect(await health()).toContain('"by dev"');
  answerWith('(() => { console.log("asked"); throw new Error("on purpose"); })()');
  await expect
    .poll(async () => {
      await health();
      return printed;
    })
    .toMatch(/^dome-api +! {5}at .*workers\/dome\/dome-api\/index\.ts:\d+/m);
  await expect.poll(() => printed).toMatch(/^dome-api +\| asked$/m);
  expect(printed).not.toContain("\u001b[");
  answerWith('"by dev"');
  await expect.poll(health).toContain('"by dev"');
  await endDev("SIGINT");
  expect(printed).toContain(`→ version ${before.slice(0, 8)} again, the stack's own`);
  expect(await serving()).toBe(before);
  expect(await health()).toContain('"ok":true');
});

test("an up after it makes its own version of what was written, and then there is nothing left to do", async () => {
  const before = await serving();
  expect(await ran(["up", "--yes", "--skip-preview", "--stack", "dev"])).toMatch(
    /WorkerVersion +dome\/dome-api +.*replaced/,
  );
  expect(await health()).toContain('"by dev"');
  expect(await serving()).not.toBe(before);
  await ran(["refresh", "--yes", "--skip-preview", "--stack", "dev"]);
  await ran(["preview", "--diff", "--expect-no-changes", "--stack", "dev"]);
});

test("an up beside it takes over, and what is saved afterwards stands on the up's version", async () => {
  await startDev("dome/dome-api");
  answerWith('"second"');
  await expect.poll(health).toContain('"second"');
  await ran(["up", "--yes", "--skip-preview", "--stack", "dev"]);
  const own = await serving();
  answerWith('"third"');
  await expect.poll(health).toContain('"third"');
  await endDev("SIGTERM");
  expect(await serving()).toBe(own);
  expect(await health()).toContain('"second"');
});

test("after a loop that was killed, an up of what was written is consistent; the next loop puts back what it left", async () => {
  await startDev("dome-api");
  await expect.poll(health).toContain('"third"');
  await endDev("SIGKILL");
  expect(await health()).toContain('"third"');
  await ran(["up", "--yes", "--skip-preview", "--stack", "dev"]);
  const own = await serving();
  expect(await health()).toContain('"third"');
  await ran(["preview", "--diff", "--expect-no-changes", "--stack", "dev"]);

  await startDev("dome-api");
  answerWith('"fourth"');
  await expect.poll(health).toContain('"fourth"');
  await endDev("SIGKILL");
  answerWith('"third"');
  await startDev("dome-api");
  await endDev("SIGINT");
  expect(await serving()).toBe(own);
  const left = z
    .array(z.object({ id: z.string(), annotations: z.record(z.string(), z.string()) }))
    .parse(await project.api("dev", "GET", "/workers/workers/dome-api-dev/versions?per_page=100"));
  expect(left[0]?.id).toBe(own);
  expect(left.filter(({ annotations }) => annotations["workers/message"]?.startsWith("just dev"))).toEqual(
    [],
  );
});

test("after a loop that was killed, a preview names what serves instead, and an up lets the stack's version serve", async () => {
  const own = await serving();
  await startDev("dome-api");
  answerWith('"fifth"');
  await expect.poll(health).toContain('"fifth"');
  await endDev("SIGKILL");
  answerWith('"third"');
  expect(await ran(["preview", "--stack", "dev"])).toMatch(
    new RegExp(
      `dome/dome-api: Something else serves than the stack deployed[\\s\\S]*expected: version ${own}`,
    ),
  );
  expect(await health()).toContain('"fifth"');
  const up = await ran(["up", "--yes", "--skip-preview", "--stack", "dev"]);
  expect(up).toContain(
    `A \`just dev\` was killed: dome-api-dev serves version ${own.slice(0, 8)} again, the stack's own.`,
  );
  expect(await serving()).toBe(own);
  expect(await health()).toContain('"third"');
  await ran(["preview", "--refresh", "--expect-no-changes", "--stack", "dev"]);
  expect(await ran(["up", "--yes", "--skip-preview", "--stack", "dev"])).not.toContain("just dev");
});

test("a real account, prod, a worker that nobody declares: refused before anything is started", async () => {
  for (const [args, message] of [
    [["--target", "cloudflare"], /on the embedded target only[\s\S]*just pulumi-up dev --target cloudflare/],
    [["--stage", "prod"], /A change of prod is asked for by name/],
    [["nobody"], /No system declares this worker[\s\S]*dome\/dome-api/],
    [["dome-api", "silo"], /Too many words[\s\S]*one worker, or none for all of them/],
    [["--stage", "staging"], /Nothing of staging is deployed[\s\S]*just pulumi-up staging/],
  ] as const) {
    const { code, out } = await project.just(["dev", ...args]);
    expect(code).not.toBe(0);
    expect(out).toMatch(message);
  }
});
