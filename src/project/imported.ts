import { writeSync } from "node:fs";
import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { unplaced } from "../diagnostic/place.ts";
import { render, UserError } from "../diagnostic/user-error.ts";

/** As long as the slowest machine takes to read a large project, and longer. */
const patienceMs = 60_000;

/**
 * A module of the project, run. Throws UserError, with file and line where they are known, for one that cannot be read, that throws, or that
 * never comes to its end; one that ends the process says so.
 *
 * @param forMs how long it is waited for @default 60 000
 */
export async function imported(path: string, root: string, forMs = patienceMs): Promise<unknown> {
  const name = relative(root, path);
  const exits = (): void => {
    writeSync(2, `${render(ended(name), unplaced(root))}\n`);
    process.exitCode = 1;
  };
  process.once("exit", exits);
  let timer: NodeJS.Timeout | undefined;
  let idle = (): void => undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new UserError(unending(name, `in ${Math.round(forMs / 1000)} s`)));
    }, forMs).unref();
    idle = () => reject(new UserError(unending(name, "although nothing goes on any more")));
    process.once("beforeExit", idle);
  });
  try {
    const module: unknown = await Promise.race([import(pathToFileURL(path).href), tooLong]);
    return module;
  } catch (error) {
    throw error instanceof UserError ? error : thrown(error, name, root);
  } finally {
    clearTimeout(timer);
    process.off("exit", exits).off("beforeExit", idle);
  }
}

const ended = (name: string) => ({
  what: "The project cannot be loaded",
  where: name,
  got: "code that ends the process (process.exit) while it is imported",
  expected: "modules that only declare",
  fix: "take it out; nothing else was looked at",
});

const unending = (name: string, how: string) => ({
  what: "The project cannot be loaded",
  where: name,
  got: `an await at the top that did not come to its end ${how}`,
  expected: "modules that only declare",
  fix: "take out what it waits for; nothing else was looked at",
});

function thrown(error: unknown, name: string, root: string): UserError {
  const at = error instanceof Error ? placeIn(error.stack ?? "", root) : undefined;
  const got = error instanceof Error ? error.message || error.name : `${String(error)}, which was thrown`;
  return new UserError(
    {
      what: "The project cannot be loaded",
      where: at ?? name,
      got,
      expected: "modules that can be imported",
      fix: "mend the line; nothing else was looked at",
    },
    { cause: error },
  );
}

/** The first place in the stack that is one of the project's own files, `src/shop.ts:12`. A syntax error stands before the stack, as `file:line`. */
export function placeIn(stack: string, root: string): string | undefined {
  for (const frame of stack.split("\n")) {
    const start = [root, encodeURI(root)].find((each) => frame.includes(`${each}/`));
    if (start === undefined) continue;
    const [, path, line] = /^([^:]+):(\d+)/.exec(frame.slice(frame.indexOf(`${start}/`))) ?? [];
    if (path === undefined || path.includes("/node_modules/")) continue;
    return `${relative(root, start === root ? path : decodeURI(path))}:${line}`;
  }
  return undefined;
}
