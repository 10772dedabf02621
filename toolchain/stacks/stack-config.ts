import { readFileSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Document, parse, visit } from "yaml";
import { z } from "zod";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { ownFolder } from "../../src/files/own-folder.ts";
import { writeWhole } from "../../src/files/write-whole.ts";
import { switchedKey } from "../../src/project/switched.ts";
import type { Places } from "../project.ts";

type Config = Readonly<Record<string, unknown>>;
const stackFileShape = z.looseObject({ config: z.nullish(z.record(z.string(), z.unknown())) });

/** Which store of an account has another one's place is said on each target for itself; and so is the key that it signs with, of which the private half is a secret. */
const ofOneAccount: ReadonlySet<string> = new Set([switchedKey, "lockstep:publicKey", "lockstep:publicKeys"]);

/**
 * The values of a stack file that the embedded target may use: everything but secrets, which only the team's passphrase opens, and what is of the real
 * account alone. The salt and the secrets provider are left out for the same reason.
 */
export function plainValues(config: Config): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).filter(([key, value]) => !ofOneAccount.has(key) && !holdsSecret(value)),
  );
}

function holdsSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsSecret);
  if (typeof value !== "object" || value === null) return false;
  if ("secure" in value && Object.keys(value).length === 1) return true;
  return Object.values(value).some(holdsSecret);
}

/**
 * What the embedded stack's configuration becomes when the stack file changes: the file's new value where the file changed,
 * the embedded stack's own value (set by `pulumi config set`, a rollout, an opened contract) everywhere else.
 */
export function mergeConfig(mine: Config, before: Config, after: Config): Record<string, unknown> {
  const result: Record<string, unknown> = { ...mine };
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (isDeepStrictEqual(before[key], after[key])) continue;
    if (key in after) result[key] = after[key];
    else delete result[key];
  }
  return result;
}

/** Writes `.lockstep/config/<stage>.yaml` from `Pulumi.<stage>.yaml`, keeping what only the embedded stack has set. */
export function refreshStackConfig(places: Places, stage: string): string {
  ownFolder(places.config);
  const target = join(places.config, `${stage}.yaml`);
  const baseFile = join(places.config, `${stage}.from-stack-file.json`);
  const source = join(places.root, `Pulumi.${stage}.yaml`);
  const after = plainValues(readStackFile(source)?.config ?? {});
  const current = readStackFile(target);
  const before = z.record(z.string(), z.unknown()).parse(JSON.parse(readIfThere(baseFile) ?? "{}"));
  const merged = mergeConfig(current?.config ?? {}, before, after);
  writeWhole(target, yamlOf({ ...current, config: merged }), 0o600);
  writeWhole(baseFile, `${JSON.stringify(after)}\n`, 0o600);
  // The launcher compares times; a stack file "from the future" must not make it run this for ever.
  const sourceTime = statSync(source, { throwIfNoEntry: false })?.mtime;
  if (sourceTime !== undefined && sourceTime > new Date()) utimesSync(target, sourceTime, sourceTime);
  return target;
}

/** What a stack's configuration file sets, secrets as they are encrypted there; nothing where there is no such file. */
export const configValues = (path: string): Config => readStackFile(path)?.config ?? {};

function readStackFile(path: string): z.infer<typeof stackFileShape> | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const complain = (got: string, cause?: unknown): UserError =>
    new UserError(
      {
        what: "A stack's configuration file cannot be read",
        where: path,
        got,
        expected: "a Pulumi stack file: YAML with a `config:` map",
        fix: "mend the file (`git diff` shows what changed)",
      },
      { cause },
    );
  let value: unknown;
  try {
    value = parse(text, { merge: true }) ?? {};
  } catch (error) {
    throw complain(error instanceof Error ? error.message : String(error), error);
  }
  const parsed = stackFileShape.safeParse(value);
  if (!parsed.success) throw complain(z.prettifyError(parsed.error));
  // The engine passes over what it does not know, and nobody would be told that a setting is without effect.
  const beside = Object.keys(parsed.data).filter((key) => key.startsWith("lockstep:"));
  if (beside.length > 0)
    throw new UserError({
      what: "A setting stands beside `config:` in a stack file, where nothing reads it",
      where: path,
      got: beside.join(", "),
      expected: "settings below `config:`, each two spaces further in",
      fix: "put two spaces in front of each of its lines",
    });
  return parsed.data;
}

/** A stack file's text. The engine's reader knows YAML 1.1 and more forms of numbers: what it might not take for a text is in quotes. */
function yamlOf(file: object): string {
  const document = new Document(file, { version: "1.1" });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === "string" && /^[-+.\d]/.test(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0 });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
