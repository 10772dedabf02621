import { z } from "zod";
import { holdsUnknown, type Values, withoutSecrets } from "./values.ts";

const environment = z.record(z.string(), z.string());
const base = {
  /** Program and arguments that the command is appended to. @default ["/bin/sh", "-c"] */
  interpreter: z.array(z.string()).optional(),
  /** Where the command runs. @default the project's folder */
  dir: z.string().optional(),
  environment: environment.optional(),
  stdin: z.string().optional(),
  /** Globs of files that become the output `assets`. */
  assetPaths: z.array(z.string()).optional(),
  /** Globs of files that become the output `archive`. */
  archivePaths: z.array(z.string()).optional(),
  /** Whether the outputs before are there as PULUMI_COMMAND_STDOUT and PULUMI_COMMAND_STDERR. @default true */
  addPreviousOutputInEnv: z.boolean().optional(),
  /** Which streams are shown while the command runs. @default both */
  logging: z.enum(["stdout", "stderr", "stdoutAndStderr", "none"]).optional(),
};

/** The inputs of `command:local:Command`. */
export const commandInputs = z.strictObject({
  ...base,
  create: z.string().optional(),
  update: z.string().optional(),
  delete: z.string().optional(),
  triggers: z.array(z.unknown()).optional(),
});
/** The arguments of `command:local:run`. */
export const runInputs = z.strictObject({ ...base, command: z.string() });
const previousOutputs = z.object({ stdout: z.string().optional(), stderr: z.string().optional() });

export type BaseInputs = Omit<z.infer<typeof commandInputs>, "create" | "update" | "delete" | "triggers">;
export type CommandInputs = z.infer<typeof commandInputs>;
export type PreviousOutputs = z.infer<typeof previousOutputs>;

/** What the engine adds for itself. */
const isInternal = (name: string): boolean => name === "version" || name.startsWith("__");

/** The inputs among a message's properties. */
export function inputsOf(values: Values): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !isInternal(name)));
}

/** What is wrong with the inputs, as path and reason; a value that is not known yet is taken on trust. */
export function failures(values: Values): { property: string; reason: string }[] {
  const known = Object.fromEntries(
    Object.entries(inputsOf(values)).filter(([, value]) => !holdsUnknown(value)),
  );
  const parsed = commandInputs.safeParse(withoutSecrets(known));
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => ({ property: issue.path.join("."), reason: issue.message }));
}

/** The inputs in a resource's state; its outputs are among them there. */
export function commandInState(state: Values): CommandInputs {
  const names = new Set(Object.keys(commandInputs.shape));
  return commandInputs.parse(
    withoutSecrets(Object.fromEntries(Object.entries(state).filter(([name]) => names.has(name)))),
  );
}

export const previousOutputsOf = (state: Values): PreviousOutputs =>
  previousOutputs.parse(withoutSecrets(state));
