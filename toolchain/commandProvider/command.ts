import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { execute, type Outputs } from "./execute.ts";
import { commandInputs, commandInState, inputsOf, previousOutputsOf, runInputs } from "./inputs.ts";
import { holdsSecret, secret, unknownValue, type Values, withoutSecrets } from "./values.ts";

/** Shows a line of a command's output while it runs. */
export type Show = (line: string) => void;

/** `create`, once. In a preview nothing runs and the outputs are unknown. */
export async function create(
  name: string,
  properties: Values,
  preview: boolean,
  show: Show,
): Promise<{ id: string; state: Values }> {
  const id = `${name}${randomBytes(4).toString("hex")}`;
  const inputs = inputsOf(properties);
  if (preview) return { id, state: { ...inputs, ...unknownOutputs(inputs) } };
  const parsed = commandInputs.parse(withoutSecrets(inputs));
  const outputs = parsed.create === undefined ? nothing : await execute(parsed.create, parsed, {}, show);
  return { id, state: stateOf(inputs, outputs) };
}

/** `update`, or `create` again where there is none. */
export async function update(olds: Values, news: Values, preview: boolean, show: Show): Promise<Values> {
  const inputs = inputsOf(news);
  if (preview) return { ...inputs, ...unknownOutputs(inputs) };
  const parsed = commandInputs.parse(withoutSecrets(inputs));
  const previous = previousOutputsOf(olds);
  const command = parsed.update ?? parsed.create;
  if (command === undefined)
    return stateOf(inputs, { stdout: previous.stdout ?? "", stderr: previous.stderr ?? "" });
  return stateOf(inputs, await execute(command, parsed, previous, show));
}

/** `delete`, when there is one. */
export async function remove(state: Values, show: Show): Promise<void> {
  const parsed = commandInState(state);
  if (parsed.delete !== undefined) await execute(parsed.delete, parsed, previousOutputsOf(state), show);
}

/** `command:local:run`: runs every time, in previews too. */
export async function invokeRun(args: Values, show: Show): Promise<Values> {
  const inputs = inputsOf(args);
  const parsed = runInputs.parse(withoutSecrets(inputs));
  return stateOf(inputs, await execute(parsed.command, parsed, {}, show));
}

/** The inputs that differ. Changed triggers make a new resource, everything else updates. */
export function differences(oldInputs: Values, news: Values): { diffs: string[]; replaces: string[] } {
  const [before, after] = [inputsOf(oldInputs), inputsOf(news)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const diffs = names.filter(
    (name) => !isDeepStrictEqual(withoutSecrets(before[name]), withoutSecrets(after[name])),
  );
  return { diffs, replaces: diffs.filter((name) => name === "triggers") };
}

const nothing: Outputs = { stdout: "", stderr: "" };

function unknownOutputs(inputs: Values): Values {
  return {
    stdout: unknownValue,
    stderr: unknownValue,
    ...("assetPaths" in inputs ? { assets: unknownValue } : {}),
    ...("archivePaths" in inputs ? { archive: unknownValue } : {}),
  };
}

/** What a command prints may repeat any of its inputs: one secret input makes all outputs secret. */
function stateOf(inputs: Values, outputs: Outputs): Values {
  const kept = holdsSecret(inputs)
    ? Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, secret(value)]))
    : outputs;
  return { ...inputs, ...kept };
}
