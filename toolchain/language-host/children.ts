import type { ChildProcess } from "node:child_process";

const running = new Set<ChildProcess>();

/** How long a program may take to end after it was asked to. */
const patienceMs = 5_000;

/** Keeps a child in mind until it has ended, so that it never outlives the language host. */
export function remember<T extends ChildProcess>(child: T): T {
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Asks a child to end, and makes it end when it does not. */
export function interrupt(child: ChildProcess): void {
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  child.once("exit", () => clearTimeout(timer));
}

/** Ends every child; resolves when none is left, also of those that do not listen. */
export async function endChildren(): Promise<void> {
  await Promise.all(
    [...running].map((child) => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      interrupt(child);
      return ended;
    }),
  );
}

export function interruptChildren(): void {
  for (const child of running) interrupt(child);
}
