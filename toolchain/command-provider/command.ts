import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { unknownValue } from "../../src/engine/property-values.ts";
import { type Audience, execute, type Outputs } from "./execute.ts";
import { commandInputs, commandInState, inputsOf, previousOutputsOf, runInputs } from "./inputs.ts";
import { holdsSecret, secret, secretTexts, type Values, withoutSecrets } from "./values.ts";

/** Shows a line of a command's output while it runs; resolves when it was taken. */
export type Show = (line: string) => Promise<void>;

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
  const outputs =
    parsed.create === undefined ? nothing : await execute(parsed.create, parsed, {}, audience(show, inputs));
  return { id, state: stateOf(inputs, outputs) };
}

/** `update`, or `create` again where there is none. */
export async function update(olds: Values, news: Values, preview: boolean, show: Show): Promise<Values> {
  const inputs = inputsOf(news);
  if (preview) return { ...inputs, ...unknownOutputs(inputs) };
  const parsed = commandInputs.parse(withoutSecrets(inputs));
  const previous = previousOutputsOf(olds);
  const command = parsed.update ?? parsed.create;
  if (command === undefined) return stateOf(inputs, outputsIn(olds));
  return stateOf(inputs, await execute(command, parsed, previous, audience(show, inputs, olds)));
}

/** `delete`, when there is one. */
export async function remove(state: Values, show: Show): Promise<void> {
  const parsed = commandInState(state);
  if (parsed.delete !== undefined)
    await execute(parsed.delete, parsed, previousOutputsOf(state), audience(show, state));
}

/** `command:local:run`: runs every time, in previews too. */
export async function invokeRun(args: Values, show: Show): Promise<Values> {
  const inputs = inputsOf(args);
  const parsed = runInputs.parse(withoutSecrets(inputs));
  return stateOf(inputs, await execute(parsed.command, parsed, {}, audience(show, inputs)));
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

/** What a command that is not run again leaves as it was. */
function outputsIn(olds: Values): Values {
  const { stdout = "", stderr = "", assets, archive } = olds;
  return {
    stdout,
    stderr,
    ...(assets === undefined ? {} : { assets }),
    ...(archive === undefined ? {} : { archive }),
  };
}

/** What a command prints may repeat its secret inputs: people see them only where they asked for it. */
function audience(show: Show, ...holders: readonly Values[]): Audience {
  const texts = holders.flatMap((holder) => secretTexts(holder)).toSorted((a, b) => b.length - a.length);
  const hide = (text: string): string =>
    texts.reduce((left, each) => left.replaceAll(each, "[secret]"), text);
  return { show, hide };
}

function unknownOutputs(inputs: Values): Values {
  return {
    stdout: unknownValue,
    stderr: unknownValue,
    ...("assetPaths" in inputs ? { assets: unknownValue } : {}),
    ...("archivePaths" in inputs ? { archive: unknownValue } : {}),
  };
}

/** What a command prints may repeat any of its inputs: one secret input makes all outputs secret. */
function stateOf(inputs: Values, outputs: Outputs | Values): Values {
  const kept = holdsSecret(inputs)
    ? Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => [name, secret(withoutSecrets(value))]),
      )
    : outputs;
  return { ...inputs, ...kept };
}
