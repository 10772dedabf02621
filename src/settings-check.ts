import { workersOf } from "./declare/graph.ts";
import type { System } from "./declare/index.ts";
import type { Stage } from "./stages/index.ts";
import type { Complaint } from "./userError.ts";

/** Rollouts of workers that the stack does not have. */
export function unknownRollouts(
  rollouts: readonly string[],
  systems: readonly System[],
  stage: Stage,
): Complaint[] {
  const workers = systems.flatMap((system) => workersOf(system).map(({ name }) => `${system.name}/${name}`));
  return rollouts
    .filter((name) => !workers.includes(name))
    .map((name) => ({
      what: "A rollout of a worker that is not in this stack",
      where: `lockstep:rollout of stack ${stage.name}`,
      got: name,
      expected: workers.join(", ") || "no rollouts",
      fix: `pulumi config rm --path 'lockstep:rollout["${name}"]' --stack ${stage.name}, or correct the name`,
    }));
}

/** Secrets that workers bind and nobody has set. Values are never shown. */
export function missingSecrets(
  set: readonly string[],
  systems: readonly System[],
  stage: Stage,
): Complaint[] {
  return systems.flatMap((system) =>
    workersOf(system).flatMap((worker) =>
      Object.entries(worker.env).flatMap(([name, binding]) => {
        if (typeof binding === "string" || binding.kind !== "secret" || set.includes(binding.secret))
          return [];
        return [
          {
            what: `Missing required secret '${binding.secret}'`,
            where: `${system.name}/${worker.name}, env.${name}, in stack ${stage.name}`,
            got: set.length === 0 ? "no secrets" : `secrets ${[...set].sort().join(", ")}`,
            expected: `a secret named ${binding.secret}`,
            fix: `just secret ${stage.name} ${binding.secret}, or: pulumi config set --secret --path 'lockstep:secrets.${binding.secret}' --stack ${stage.name}`,
          },
        ];
      }),
    ),
  );
}
