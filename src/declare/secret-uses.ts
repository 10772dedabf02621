import { workersOf } from "./graph.ts";
import type { System } from "./system.ts";

/** One place that a secret of the stack is bound at. */
export interface SecretUse {
  /** Its name in the stack's secrets. */
  readonly secret: string;
  /** `dome/dome-api, env.KEY` */
  readonly where: string;
  /** Whether the code does without it. */
  readonly optional: boolean;
  /** Stage → text that stands in for it. */
  readonly fallback: Readonly<Record<string, string>>;
}

/** Every secret that systems name: in the `env` of workers, as passwords of databases elsewhere, and in what a release sends or tells. */
export const secretUses = (systems: readonly System[]): readonly SecretUse[] =>
  systems.flatMap((system) => [
    ...ofGates(system),
    ...ofRelease(system),
    ...system.resources.flatMap((resource): readonly SecretUse[] =>
      resource.kind === "hyperdrive"
        ? [
            {
              secret: resource.origin.password.secret,
              where: `${system.name}/${resource.name}, origin.password`,
              optional: false,
              fallback: {},
            },
          ]
        : [],
    ),
    ...workersOf(system).flatMap((worker) =>
      Object.entries(worker.env).flatMap(([name, binding]): readonly SecretUse[] => {
        if (typeof binding === "string" || !("secret" in binding)) return [];
        const { optional = false, fallback = {} } = binding.kind === "secret" ? binding : {};
        return [
          { secret: binding.secret, where: `${system.name}/${worker.name}, env.${name}`, optional, fallback },
        ];
      }),
    ),
  ]);

const ofGates = ({ name: system, release }: System): readonly SecretUse[] =>
  (release?.gates ?? []).flatMap((gate) =>
    gate.kind === "metric" && gate.source.kind === "url"
      ? Object.entries(gate.source.headers).flatMap(([header, value]): readonly SecretUse[] =>
          typeof value === "object" && "secret" in value
            ? [
                {
                  secret: value.secret,
                  where: `${system}, release, gate ${gate.name}, headers.${header}`,
                  optional: false,
                  fallback: value.fallback ?? {},
                },
              ]
            : [],
        )
      : [],
  );

const ofRelease = ({ name: system, release }: System): readonly SecretUse[] =>
  [
    ...(release?.hooks ?? []).map(({ name, secrets }) => ({ of: `hook ${name}`, secrets })),
    ...(release?.smoke ?? []).map(({ path, secrets }) => ({ of: `smoke test ${path}`, secrets })),
  ].flatMap(({ of, secrets = {} }) =>
    Object.entries(secrets).flatMap(([name, value]): readonly SecretUse[] =>
      "env" in value
        ? []
        : [
            {
              secret: value.secret,
              where: `${system}, release, ${of}, secrets.${name}`,
              optional: false,
              fallback: value.fallback ?? {},
            },
          ],
    ),
  );
