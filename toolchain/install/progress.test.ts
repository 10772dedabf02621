import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startProgress } from "./progress.mjs";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A stand-in for a stream that keeps what was written. */
function stream(isTTY: boolean): { readonly stream: NodeJS.WriteStream; readonly said: () => string } {
  let said = "";
  const write = (text: string): boolean => {
    said += text;
    return true;
  };
  return {
    stream: Object.assign(Object.create(process.stderr), { isTTY, columns: 100, write }),
    said: () => said,
  };
}

test("two things under way share the one line of a terminal, and the one that is left keeps it", () => {
  const { stream: terminal, said } = stream(true);
  const packages = startProgress("Installing packages", { stream: terminal });
  const engine = startProgress("Building Pulumi", { stream: terminal });
  engine.say("40 of 900");
  vi.advanceTimersByTime(2_000);
  expect(said().split("\r\x1b[K").at(-1)).toMatch(
    /^. Installing packages · 2 s \| Building Pulumi · 2 s · 40 of 900$/,
  );
  packages.done("Packages installed");
  vi.advanceTimersByTime(1_000);
  expect(said()).toContain("\r\x1b[KPackages installed (2 s)\n");
  expect(said().split("\r\x1b[K").at(-1)).toMatch(/^. Building Pulumi · 3 s · 40 of 900$/);
  engine.done();
  const ended = said();
  vi.advanceTimersByTime(1_000);
  expect(said()).toBe(ended);
});

test("in a file each is a plain line now and then", () => {
  const { stream: file, said } = stream(false);
  const progress = startProgress("Building Pulumi", { stream: file });
  vi.advanceTimersByTime(31_000);
  progress.done("built");
  expect(said()).toBe("Building Pulumi\nBuilding Pulumi · 15 s\nBuilding Pulumi · 30 s\nbuilt (31 s)\n");
});
