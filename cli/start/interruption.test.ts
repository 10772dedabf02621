import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";

const script = `import { interruption } from ${JSON.stringify(new URL("interruption.ts", import.meta.url).href)};
const stop = interruption();
console.log("up");
await stop.wanted;
await new Promise((resolve) => setTimeout(resolve, 300)); // what it started takes a moment to end
stop.end();
console.log(stop.signal.aborted ? "asked to end" : "ended unasked");`;

test("a run stays up until it is asked to end, and hears the Ctrl-C that npm repeats as one", async () => {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await once(child.stdout, "data");
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(child.exitCode).toBeNull();
  child.kill("SIGINT");
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([0, null]);
  expect(said).toBe("up\nasked to end\n");
});

test("a run whose output nobody reads any more is asked to end, and ends what it started", async () => {
  const speaking = script.replace(
    'console.log("up");',
    "const speak = setInterval(() => console.error('still here'), 20);",
  );
  const child = spawn(
    process.execPath,
    ["--input-type=module-typescript", "-e", `${speaking}\nclearInterval(speak);`],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await once(child.stderr, "data");
  child.stderr.destroy();
  expect(await once(child, "close")).toEqual([0, null]);
  expect(said).toBe("asked to end\n");
});
