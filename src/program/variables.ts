import { z } from "zod";
import { workersOf } from "../declare/graph.ts";
import type { Binding, System, Worker } from "../declare/index.ts";
import { textStage } from "../declare/physical-name.ts";
import type { Diagnostic } from "../diagnostic/user-error.ts";
import { unwrapped } from "../engine/property-values.ts";
import type { Stage } from "../project/stage.ts";
import { outputsOf, type StateResource } from "../reality/state.ts";
import type { VariableChanges } from "../reality/variable-text.ts";

/** A variable as code gets it: a text that everybody may see, or a secret. */
interface Variable {
  readonly secret: boolean;
  /** A text in quotes, JSON as it is; undefined where nobody can read it. */
  readonly value: string | undefined;
}

/** What the declared variables are read from. */
export interface Values {
  readonly stage: Stage;
  /** The stack's secrets, in clear. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * What becomes of the variables of the workers that the stack has. To the engine all bindings of a version are one secret, so it shows no value of them: this
 * holds the state against the declaration, and says of secrets only whether they are others.
 */
export function variableChanges(
  state: readonly StateResource[],
  systems: readonly System[],
  values: Values,
): readonly VariableChanges[] {
  return systems.flatMap((system) =>
    workersOf(system).flatMap((worker): readonly VariableChanges[] => {
      const name = `${system.name}/${worker.name}`;
      const version = versionShape.safeParse(outputsOf(state, versionType, name)).data;
      if (version === undefined) return [];
      const before = knownVariables(version.bindings, worker);
      const after = declaredVariables(worker, values);
      const names = [...new Set([...before.keys(), ...after.keys()])].toSorted();
      const lines = names.map((each) => ({ each, line: lineOf(before.get(each), after.get(each)) }));
      const changed = lines.flatMap(({ each, line }) => (line === undefined ? [] : [`${each}: ${line}`]));
      if (changed.length === 0) return [];
      const unchangedSecrets = lines.flatMap(({ each, line }) =>
        line === undefined && after.get(each)?.secret === true ? [each] : [],
      );
      return [{ worker: name, changed, unchangedSecrets }];
    }),
  );
}

/**
 * What refuses a text under the name of a secret that a protected stage has: code would go on with the text, such as a test's value, and the secret
 * would be gone. Who means it takes the secret out first.
 */
export const textsForSecrets = (
  state: readonly StateResource[],
  systems: readonly System[],
  values: Values,
): readonly Diagnostic[] =>
  systems.flatMap((system) =>
    workersOf(system).flatMap((worker): readonly Diagnostic[] => {
      const name = `${system.name}/${worker.name}`;
      const version = versionShape.safeParse(outputsOf(state, versionType, name)).data;
      if (version === undefined || !values.stage.protected) return [];
      const before = knownVariables(version.bindings, worker);
      return [...declaredVariables(worker, values)]
        .filter(([each, { secret }]) => !secret && before.get(each)?.secret === true)
        .map(([each, after]) => ({
          what: "A text would take the place of a secret",
          where: `${name}, env.${each}`,
          got: `${each}, a secret in stage ${values.stage.name}, as the text ${shown(after)}`,
          expected: "a secret, or another name for the text",
          fix: `bind the secret as before, or give the text another name; if the secret is to go, take ${each} out in an update of its own first`,
        }));
    }),
  );

const versionType = "cloudflare:index/workerVersion:WorkerVersion";
const bindings = z.preprocess(
  unwrapped,
  z
    .array(
      z.looseObject({
        name: z.string(),
        type: z.string(),
        text: z.string().nullish(),
        json: z.string().nullish(),
        keyJwk: z.string().nullish(),
        keyBase64: z.string().nullish(),
      }),
    )
    .nullish(),
);
const versionShape = z.looseObject({ bindings });

/** An AI Gateway is bound as a text too: what differs of it is told of the gateway. */
function knownVariables(known: z.infer<typeof bindings>, { env }: Worker): ReadonlyMap<string, Variable> {
  return new Map(
    (known ?? []).flatMap(({ name, type, text, json, keyJwk, keyBase64 }) => {
      const declared = env[name];
      if (typeof declared === "object" && declared.kind === "aiGateway") return [];
      const variable = (secret: boolean, value: string | null | undefined) =>
        [[name, { secret, value: value ?? undefined }]] as const;
      switch (type) {
        case "plain_text":
          return variable(false, JSON.stringify(text ?? ""));
        case "json":
          return variable(false, json);
        case "secret_text":
          return variable(true, text);
        case "secret_key":
          return variable(true, keyJwk ?? keyBase64);
        default:
          return [];
      }
    }),
  );
}

const declaredVariables = ({ env }: Worker, values: Values): ReadonlyMap<string, Variable> =>
  new Map(
    Object.entries(env).flatMap(([name, binding]) => {
      const variable = variableOf(binding, values);
      return variable === undefined ? [] : [[name, variable] as const];
    }),
  );

function variableOf(binding: Binding, { stage, secrets }: Values): Variable | undefined {
  if (typeof binding === "string") return { secret: false, value: JSON.stringify(binding) };
  switch (binding.kind) {
    case "perStage":
      return { secret: false, value: JSON.stringify(binding.values[textStage(stage)]) };
    case "stageName":
      return { secret: false, value: JSON.stringify(stage.name) };
    case "json":
      return { secret: false, value: JSON.stringify(binding.value) };
    case "secretKey":
      return { secret: true, value: secrets[binding.secret] };
    case "secret": {
      const value = secrets[binding.secret] ?? binding.fallback?.[textStage(stage)];
      return value === undefined && binding.optional === true ? undefined : { secret: true, value };
    }
    default:
      return undefined;
  }
}

/** What becomes of one; undefined where nothing does. */
function lineOf(before: Variable | undefined, after: Variable | undefined): string | undefined {
  if (before === undefined) return after && `new, ${shown(after)}`;
  if (after === undefined) return `gone, was ${shown(before)}`;
  if (before.secret !== after.secret) return `${shown(before)} → ${shown(after)}`;
  if (before.value === after.value) return undefined;
  if (!after.secret) return `${shown(before)} → ${shown(after)}`;
  return before.value === undefined ? "secret, perhaps changed: nobody can read it" : "secret, changed";
}

/** Of a value that is long its beginning, and how long it is. */
function shown({ secret, value = "" }: Variable): string {
  if (secret) return "a secret";
  return value.length > longest ? `${value.slice(0, longest - 1)}… (${value.length} characters)` : value;
}
const longest = 60;
