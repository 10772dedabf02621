import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import { valuesByStage } from "../../kinds/bindings.ts";
import type { BindingKind, BindingOf } from "../../kinds/kinds.ts";
import { type NamingStage, textStage } from "../../physical-name.ts";
import type { System } from "../../system.ts";
import { isLive } from "../../workers/durable-object.ts";
import type { Worker } from "../../workers/worker.ts";
import { liveClasses } from "./classes.ts";
import { checkJson } from "./json-value.ts";
import { checkRateLimit } from "./rate-limit.ts";

/** Where a binding stands. */
interface Place {
  readonly worker: Worker;
  /** For a message: `dome/silo, env.DB`. */
  readonly where: string;
  /** Its name in the code. */
  readonly name: string;
  readonly stage: NamingStage;
}

const fine = (): Diagnostic[] => [];

/** What can be wrong with a binding by itself, kind by kind. */
const checks: {
  readonly [Kind in BindingKind]: (binding: BindingOf<Kind>, place: Place) => Diagnostic[];
} = {
  d1: fine,
  r2: fine,
  kv: fine,
  vectorize: fine,
  queue: fine,
  aiGateway: fine,
  hyperdrive: fine,
  ai: fine,
  assets: (_assets, { where, name, worker }) => {
    if (worker.assets === undefined && worker.pages === undefined)
      return [
        {
          what: `Worker ${worker.name} binds static files that it does not have`,
          where,
          got: "assets(), and no assets",
          expected: "a folder of static files, which the binding is for",
          fix: `add assets: "<folder>" to worker("${worker.name}", …), or take ${name} out of env`,
        },
      ];
    const [first] = Object.entries(worker.env).flatMap(([each, binding]) =>
      typeof binding !== "string" && binding.kind === "assets" ? [each] : [],
    );
    if (first === name) return [];
    return [
      {
        what: "Static files that are bound twice",
        where,
        got: `${first} and ${name}`,
        expected: "one binding to the worker's own files",
        fix: `use env.${first}`,
      },
    ];
  },
  secret: fine,
  versionMetadata: fine,
  stageName: fine,
  json: checkJson,
  perStage: fine,
  aiSearch: fine,
  aiSearchNamespace: fine,
  analyticsEngine: fine,
  artifacts: fine,
  browser: fine,
  dispatchNamespace: fine,
  flagship: fine,
  images: fine,
  k2: fine,
  media: fine,
  mtlsCertificate: fine,
  pipeline: fine,
  rateLimit: checkRateLimit,
  raw: fine,
  secretKey: fine,
  secretsStoreSecret: fine,
  sendEmail: fine,
  vpcNetwork: fine,
  vpcService: fine,
  workerLoader: fine,
  workflow: fine,
  service: fine,
  durableObject: ({ className, owner: ownerOf }, { where, worker }) => {
    const owner = ownerOf?.() ?? worker;
    const declared = owner.durableObjects[className];
    if (declared !== undefined && isLive(declared)) return [];
    return [
      {
        what: `There is no Durable Object class ${className} in worker ${owner.name}`,
        where,
        got: liveClasses(owner),
        expected: className,
        fix: `add durableObjects: { ${className}: {} } to worker("${owner.name}", …), or correct the name`,
      },
    ];
  },
};

const checkOne = <Kind extends BindingKind>(binding: BindingOf<Kind>, place: Place): Diagnostic[] =>
  checks[binding.kind](binding, place);

const identifier = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** Bindings that code cannot write, or that lead nowhere. */
export const checkBindings = (system: System, worker: Worker, stage: NamingStage): Diagnostic[] =>
  Object.entries(worker.env).flatMap(([name, binding]) => {
    const where = `${system.name}/${worker.name}, env.${name}`;
    return [
      ...(identifier.test(name) ? [] : [unwritable(name, where)]),
      ...valuesByStage(binding).flatMap(([property, stages]) =>
        stages.includes(textStage(stage)) ? [] : [withoutValue(where, property, stages, stage)],
      ),
      ...(typeof binding === "string" ? [] : checkOne(binding, { worker, where, name, stage })),
    ];
  });

const withoutValue = (
  where: string,
  property: string,
  stages: readonly string[],
  stage: NamingStage,
): Diagnostic => ({
  what: `${property === "" ? "A variable" : `A binding's ${property}`} without a value for stage ${stage.name}`,
  where,
  got: `values for ${stages.join(", ")}`,
  expected: `one for ${stage.name}`,
  fix: `add ${stage.name}: "…" to perStage({ … })`,
});

const unwritable = (name: string, where: string): Diagnostic => ({
  what: "A binding with a name that code cannot write",
  where,
  got: JSON.stringify(name),
  expected: "letters, digits and underscores, not beginning with a digit",
  fix: "rename it: capitals with underscores are usual",
});
