import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { Binding } from "../../kinds/kinds.ts";
import type { Worker } from "../../workers/worker.ts";

/** Bindings whose values anyone with access to the account can read. */
const isPlain = (binding: Binding): boolean =>
  typeof binding === "string" || ["perStage", "json", "raw"].includes(binding.kind);

/** Waivers that let nothing pass, or that say no reason: the next reader would take them for judged. */
export const checkNotSecret = (where: string, { env, notSecret = {} }: Worker): Diagnostic[] =>
  Object.entries(notSecret).flatMap(([name, reason]): Diagnostic[] => {
    const binding = env[name];
    if (binding === undefined || !isPlain(binding))
      return [
        {
          what: "A waiver for what is no variable in plain text",
          where: `${where}, notSecret.${name}`,
          got: binding === undefined ? `no env.${name}` : `env.${name}, which is bound as something else`,
          expected: plainNames(env),
          fix: `take ${name} out of notSecret, or correct the name`,
        },
      ];
    if (reason.trim() !== "") return [];
    return [
      {
        what: "A waiver without a reason",
        where: `${where}, notSecret.${name}`,
        got: "an empty text",
        expected: `why everybody who can see the account may know ${name}`,
        fix: `write the reason: notSecret: { ${name}: "…" }`,
      },
    ];
  });

const plainNames = (env: Worker["env"]): string =>
  Object.entries(env)
    .filter(([, binding]) => isPlain(binding))
    .map(([name]) => name)
    .join(", ") || "no waiver: this worker has no variables in plain text";
