import type { Named } from "../named.ts";
import type { Worker } from "../workers/worker.ts";

/**
 * A Workflow, bound by {@link workflow}.
 *
 * @example
 * const signUp: Workflow<{ readonly email: string }> = workflow<{ readonly email: string }>("sign-up", { className: "SignUp" });
 */
export interface Workflow<Params = unknown> extends Named {
  readonly kind: "workflow";
  /** The class, by the name under which its worker exports it. */
  readonly className: string;
  /** The worker that has the class. @default - the worker that binds it */
  readonly of?: () => Worker;
  /** Steps of one instance, 1 to 25000. @default - Cloudflare's own limit */
  readonly maxSteps?: number;
  /** Instances that run at the same time, 1 or more; further ones wait. @default - Cloudflare's own limit */
  readonly maxConcurrency?: number;
  /** Never set: carries the type of an instance's parameters to `EnvOf`. @default - never set */
  readonly params?: Params;
}

/**
 * Declares a Workflow, whose steps outlive the request that began them, and binds it. Its class extends `WorkflowEntrypoint`.
 * It comes into being after the deployment of the worker that has the class; `workflow<Params>` gives the type of what an
 * instance is started with.
 *
 * Its name is 1 to 64 letters, digits, dashes and underscores in every stage; two Workflows of one name are refused in the preview.
 *
 * @example
 * const signUp = workflow<{ readonly email: string }>("sign-up", { className: "SignUp", of: (): Worker => mailer });
 * const mailer = worker("mailer", { ...settings, env: { SIGN_UP: signUp } });
 * const api = worker("api", { ...settings, env: { SIGN_UP: signUp } }); // await env.SIGN_UP.create({ params: { email } })
 */
export const workflow = <Params = unknown>(
  name: string,
  options: Omit<Workflow, "kind" | "name" | "params">,
): Workflow<Params> => ({ kind: "workflow", name, ...options });
