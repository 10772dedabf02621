import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { named, pulumi, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { pulumiProjectName } from "../../toolchain/project.ts";
import { pulumiText, type Run } from "../stack/engine/pulumi.ts";

const resource = z.looseObject({ urn: z.string(), id: z.string().optional() });
const exported = z.looseObject({
  version: z.number(),
  deployment: z.looseObject({
    secrets_providers: z.looseObject({ type: z.string() }).optional(),
    resources: z.array(resource).nullish(),
  }),
});

/** One resource as state has it. */
export type StateResource = z.infer<typeof resource>;

/** A stack's state, its secrets in clear: for comparison only, never to be written or shown. */
export interface OpenState {
  readonly resources: readonly StateResource[];
}

/** The state as Pulumi exports it: secrets are encrypted with the stack's passphrase. */
export const exportText = (stack: string, run: Run): Promise<string> =>
  pulumiText(["stack", "export", "--stack", stack], run);

/** What the state holds now, opened. */
export async function openNow(stack: string, run: Run): Promise<OpenState> {
  return readExport(
    await pulumiText(["stack", "export", "--stack", stack, "--show-secrets"], run),
    `stack ${stack}`,
  );
}

/** Reads an export without its secrets. Throws UserError when it is none. */
export function readExport(text: string, where: string): OpenState {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notAnExport(where, `no JSON (${error instanceof Error ? error.message : String(error)})`, error);
  }
  const parsed = exported.safeParse(value);
  if (!parsed.success) throw notAnExport(where, z.prettifyError(parsed.error).replaceAll("\n", " "));
  return { resources: parsed.data.deployment.resources ?? [] };
}

/**
 * Reads an export as a restore would: the engine imports it into a throw-away backend and opens its secrets with the passphrase
 * of this environment. The real stack is not touched.
 */
export async function rehearse(stack: string, file: string, { root, env }: Run): Promise<OpenState> {
  const name = pulumiProjectName(root);
  const folder = mkdtempSync(join(tmpdir(), "lockstep-state-"));
  try {
    mkdirSync(join(folder, "state"));
    mkdirSync(join(folder, "home"));
    writeFileSync(join(folder, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
    const elsewhere: Run = {
      root: folder,
      env: {
        ...env,
        PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
        PULUMI_HOME: join(folder, "home"),
        PULUMI_OPTION_CONFIG_FILE: undefined,
        PULUMI_STACK: undefined,
      },
    };
    // The new stack's own passphrase: it guards nothing, and must not be asked for.
    const making: Run = {
      ...elsewhere,
      env: {
        ...elsewhere.env,
        PULUMI_CONFIG_PASSPHRASE: "throw-away",
        PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
      },
    };
    await pulumiText(["stack", "init", stack, "--no-select"], making);
    try {
      await pulumiText(["stack", "import", "--stack", stack, "--file", file], elsewhere);
      const text = await pulumiText(["stack", "export", "--stack", stack, "--show-secrets"], elsewhere);
      return readExport(text, file);
    } catch (error) {
      throw error instanceof UserError ? cannotBeOpened(file, error) : error;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whose state it is: the stack's name in every urn. */
export const stacksOf = ({ resources }: OpenState): readonly string[] => [
  ...new Set(resources.map(({ urn }) => /^urn:pulumi:([^:]+)::/.exec(urn)?.[1] ?? urn)),
];

export function readFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw notAnExport(path, error instanceof Error ? error.message : String(error), error);
  }
}

const notAnExport = (where: string, got: string, cause?: unknown): UserError =>
  new UserError(
    {
      what: "This is no export of a stack's state",
      where,
      got,
      expected: sentence`a file that \`${named("state backup")}\` or \`${pulumi("stack export")}\` wrote`,
      fix: "name another file",
    },
    { cause },
  );

function cannotBeOpened(file: string, error: UserError): UserError {
  const wrong = /passphrase/i.test(error.diagnostic.got);
  return new UserError(
    {
      what: wrong ? "The passphrase does not open this file" : "The engine cannot restore this file",
      where: file,
      got: error.diagnostic.got.replace(/^exit code \d+: /, ""),
      expected: "a file that can be restored with the passphrase of this shell",
      fix: wrong
        ? "set PULUMI_CONFIG_PASSPHRASE (or PULUMI_CONFIG_PASSPHRASE_FILE) to the passphrase that the stack had when the file was written"
        : "name another file",
    },
    { cause: error },
  );
}
