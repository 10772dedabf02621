import type { Secret } from "../../../src/declare/index.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { References } from "../../../src/release/hooks/conduct.ts";
import type { Run } from "../../stack/engine/pulumi.ts";

/**
 * Reads secrets from where they are: name → value. One that is nowhere is refused.
 * @param ofStack reads a secret of the stack
 */
export async function secretValues(
  references: References,
  where: string,
  env: Run["env"],
  ofStack: (secret: Secret) => Promise<string>,
): Promise<Readonly<Record<string, string>>> {
  const values: Record<string, string> = {};
  for (const [name, reference] of Object.entries(references))
    values[name] =
      "env" in reference ? ofVariable(reference.env, where, env) : await ofStack(known(reference));
  return values;
}

const known = ({ kind, secret, fallback }: Exclude<References[string], { env: string }>): Secret => ({
  kind,
  secret,
  ...(fallback !== undefined && { fallback }),
});

function ofVariable(name: string, where: string, env: Run["env"]): string {
  const value = env[name];
  if (value !== undefined && value !== "") return value;
  throw new UserError({
    what: "A secret that a release needs is not set",
    where,
    got: `no variable ${name}`,
    expected: "its value, before anything is changed",
    fix: `export ${name}, and run the command again`,
  });
}
