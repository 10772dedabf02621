import { z } from "zod";
import { UserError } from "../../src/diagnostic/user-error.ts";

const manifest = z.looseObject({
  name: z.string().optional(),
  type: z.string().optional(),
  scripts: z.record(z.string(), z.string()).optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
});

/** What `init` adds to a package.json, and what it leaves. */
export interface Amended {
  readonly text: string;
  /** For people: `scripts.start`. */
  readonly added: readonly string[];
  /** Scripts that are there already and do something else. */
  readonly left: readonly string[];
}

const scripts: Readonly<Record<string, string>> = { start: "lockstep start", test: "vitest run" };

/**
 * A package.json with what a Lockstep project needs; nothing that is there is changed.
 * @param text the file; undefined where there is none
 * @param dependencies to be there, with their versions
 * @param devDependencies the same
 */
export function amended(
  text: string | undefined,
  name: string,
  dependencies: Readonly<Record<string, string>>,
  devDependencies: Readonly<Record<string, string>>,
): Amended {
  const own = read(text ?? `{ "name": ${JSON.stringify(name)}, "private": true }`);
  if (own.type !== undefined && own.type !== "module")
    throw new UserError({
      what: "The project's modules are CommonJS, and Lockstep's program is an ES module",
      where: "package.json, type",
      got: own.type,
      expected: "module",
      fix: 'set "type": "module" (files that are CommonJS end in .cjs), or make the project in a folder of its own',
    });
  const added: string[] = own.type === undefined ? ["type"] : [];
  const left: string[] = [];
  const merged = (
    part: "scripts" | "dependencies" | "devDependencies",
    wanted: Readonly<Record<string, string>>,
  ): Record<string, string> => {
    const have = { ...own.dependencies, ...own.devDependencies, ...own[part] };
    const result: Record<string, string> = { ...own[part] };
    for (const [key, value] of Object.entries(wanted)) {
      const there = part === "scripts" ? own.scripts?.[key] : have[key];
      if (there === undefined) {
        result[key] = value;
        added.push(`${part}.${key}`);
      } else if (part === "scripts" && there !== value) left.push(`${part}.${key}`);
    }
    return result;
  };
  const all = {
    ...own,
    type: "module",
    scripts: merged("scripts", scripts),
    dependencies: merged("dependencies", dependencies),
    devDependencies: merged("devDependencies", devDependencies),
  };
  return { text: `${JSON.stringify(all, null, indentOf(text))}\n`, added, left };
}

function read(text: string): z.infer<typeof manifest> {
  try {
    return manifest.parse(JSON.parse(text));
  } catch (error) {
    throw new UserError(
      {
        what: "package.json cannot be read",
        where: "package.json",
        got:
          error instanceof z.ZodError
            ? z.prettifyError(error)
            : String(error instanceof Error ? error.message : error),
        expected: "a package.json of npm",
        fix: "mend the file",
      },
      { cause: error },
    );
  }
}

const indentOf = (text: string | undefined): string => /^([ \t]+)"/m.exec(text ?? "")?.[1] ?? "  ";
