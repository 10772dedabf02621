import { workersOf, workflowsOf } from "../declare/graph.ts";
import { isLive, type System, type Worker } from "../declare/index.ts";
import { textStage } from "../declare/physical-name.ts";
import { type SecretUse, secretUses } from "../declare/secret-uses.ts";
import { command, pulumiOfStack, sentence } from "../diagnostic/sentence.ts";
import type { Diagnostic } from "../diagnostic/user-error.ts";
import type { Stage } from "../project/stage.ts";
import type { Target } from "./target.ts";

/** What is wrong with the list of a stack's systems; undefined when there is none. */
export function wrongSystems(
  names: readonly string[] | undefined,
  retired: readonly string[],
  stage: Stage,
  systems: readonly System[],
): Diagnostic[] {
  if (names === undefined) return [noSystems(stage, systems)];
  const known = systems.map(({ name }) => name);
  const storesRetired = systems
    .filter(({ name }) => names.includes(name))
    .flatMap((system) => labelsWithData(system).filter((label) => retired.includes(label)))
    .map((label) => declaredAndRetired(label, retired.indexOf(label), stage));
  const wrong = [...new Set(names)].flatMap((name) => {
    if (!known.includes(name)) return [unknownSystem(name, stage, systems)];
    const twice = names.indexOf(name) !== names.lastIndexOf(name);
    return [
      ...(twice ? [listedTwice(name, stage)] : []),
      ...(retired.includes(name) ? [listedAndRetired(name, stage)] : []),
    ];
  });
  return [...wrong, ...storesRetired];
}

/** `<system>/<name>` of everything in a system that holds data. */
const labelsWithData = (system: System): readonly string[] =>
  [
    ...system.resources.filter(
      (each) => each.kind !== "worker" || Object.values(each.durableObjects).some(isLive),
    ),
    ...workflowsOf(system).map(({ declared }) => declared),
  ].map(({ name }) => `${system.name}/${name}`);

const noSystems = (stage: Stage, systems: readonly System[]): Diagnostic => ({
  what: "Missing required configuration variable 'lockstep:systems'",
  where: `Pulumi.${stage.name}.yaml`,
  got: "nothing",
  expected: `a list of systems: [${systems.map(({ name }) => name).join(", ")}]`,
  fix: `add it under config: in Pulumi.${stage.name}.yaml`,
});

const unknownSystem = (name: string, stage: Stage, systems: readonly System[]): Diagnostic => ({
  what: "There is no such system",
  where: `lockstep:systems of stack ${stage.name}`,
  got: name,
  expected: systems.map((system) => system.name).join(", "),
  fix: "correct the name, or declare the system and list it in project.ts",
});

const listedTwice = (name: string, stage: Stage): Diagnostic => ({
  what: `System ${name} is there twice`,
  where: `lockstep:systems of stack ${stage.name}`,
  got: `${name}, more than once`,
  expected: "each system once",
  fix: "take one of them out",
});

/** Its mark from an earlier retirement would let it be taken off the list without a word. */
const listedAndRetired = (name: string, stage: Stage): Diagnostic => ({
  what: `System ${name} is on the list and marked as retired`,
  where: `lockstep:systems and lockstep:retired of stack ${stage.name}`,
  got: `${name} in both`,
  expected: `${name} in one of them`,
  fix: sentence`${pulumiOfStack("config rm lockstep:retired", stage.name)}, or retire it again: ${command("retire", { system: name, stage: stage.name })}`,
});

const declaredAndRetired = (label: string, at: number, stage: Stage): Diagnostic => ({
  what: `${label} is declared and marked as retired`,
  where: `lockstep:retired of stack ${stage.name}`,
  got: `${label} in both: once it is taken out of the declaration, it would go without a word`,
  expected: "a mark for what is not declared any more",
  fix: sentence`take it off the list: ${pulumiOfStack(`config rm --path 'lockstep:retired[${at}]'`, stage.name)}`,
});

/** Rather than ask nobody, and let a deployment pass for one that answered. */
export const smokeWithoutAddress = (
  smoke: boolean,
  systems: readonly System[],
  target: Target,
  stage: Stage,
): Diagnostic[] =>
  systems.flatMap((system) =>
    workersOf(system)
      .filter((worker) => smoke && worker.smoke !== undefined && !hasAddress(worker, target, stage))
      .map((worker) => ({
        what: `A smoke test of a worker that has no address in stage ${stage.name}`,
        where: `${system.name}/${worker.name}, smoke`,
        got: `smoke: ${JSON.stringify(worker.smoke)}, and workersDev: false`,
        expected:
          target.kind === "embedded"
            ? "its workers.dev address"
            : "its workers.dev address, a custom domain or a route",
        fix: sentence`leave smoke out, give it an address, or ask no worker after deployments: ${pulumiOfStack("config rm lockstep:smoke", stage.name)}`,
      })),
  );

const hasAddress = ({ workersDev, domains, routes }: Worker, target: Target, { name }: Stage): boolean =>
  workersDev ||
  (target.kind === "cloudflare" && ((domains[name] ?? []).length > 0 || (routes[name] ?? []).length > 0));

/** Rollouts of workers that the stack does not have. */
export function unknownRollouts(
  rollouts: readonly string[],
  systems: readonly System[],
  stage: Stage,
): Diagnostic[] {
  const workers = systems.flatMap((system) => workersOf(system).map(({ name }) => `${system.name}/${name}`));
  return rollouts
    .filter((name) => !workers.includes(name))
    .map((name) => ({
      what: "A rollout of a worker that is not in this stack",
      where: `lockstep:rollout of stack ${stage.name}`,
      got: name,
      expected: workers.join(", ") || "no rollouts",
      fix: sentence`${pulumiOfStack(`config rm --path 'lockstep:rollout["${name}"]'`, stage.name)}, or correct the name`,
    }));
}

/** Secrets that workers bind and nobody has set. Values are never shown. */
export const missingSecrets = (
  set: readonly string[],
  systems: readonly System[],
  stage: Stage,
): Diagnostic[] => missingOf(secretUses(systems), set, stage);

/** Of these uses, those whose secret nobody has set. */
export function missingOf(uses: readonly SecretUse[], set: readonly string[], stage: Stage): Diagnostic[] {
  return uses
    .filter(({ secret }) => !set.includes(secret))
    .flatMap(({ secret, where, optional, fallback }) => {
      if (stage.protected && fallback[stage.name] !== undefined)
        return [
          {
            what: `A secret of a protected stage stands in the code: '${secret}'`,
            where: `${where}, in stack ${stage.name}`,
            got: `a fallback for ${stage.name}`,
            expected: "a secret of the stack, or none",
            fix: sentence`take ${stage.name} out of its fallback, then ${command("secret", { name: secret, stage: stage.name })}`,
          },
        ];
      return optional || fallback[textStage(stage)] !== undefined
        ? []
        : [missingSecret(secret, where, set, stage)];
    });
}

const missingSecret = (secret: string, where: string, set: readonly string[], stage: Stage): Diagnostic => ({
  what: `Missing required secret '${secret}'`,
  where: `${where}, in stack ${stage.name}`,
  got: set.length === 0 ? "no secrets" : `secrets ${[...set].sort().join(", ")}`,
  expected: `a secret named ${secret}`,
  fix: sentence`${command("secret", { name: secret, stage: stage.name })}, or: ${pulumiOfStack(`config set --secret --path 'lockstep:secrets.${secret}'`, stage.name)}`,
});
