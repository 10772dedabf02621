import type { Worker } from "../workers/worker.ts";
import type { StageText } from "./stage-text.ts";

/**
 * A namespace of Workers for Platforms, bound by {@link dispatchNamespace}.
 *
 * @example
 * const customers: DispatchNamespace = dispatchNamespace("customers");
 */
export interface DispatchNamespace {
  readonly kind: "dispatchNamespace";
  /** Name of the namespace. */
  readonly namespace: StageText;
  /** The worker that every request of a dispatched Worker goes through. @default - they go out by themselves */
  readonly outbound?: {
    /** That worker, which is deployed first. */
    readonly worker: () => Worker;
    /** Its named entrypoint class. @default - the worker's default export */
    readonly entrypoint?: string;
    /** Names of what the dispatching code passes to it. @default - nothing */
    readonly parameters?: readonly string[];
  };
}

/**
 * Leave to run code that comes as a text, bound by {@link workerLoader}.
 *
 * @example
 * const env: Record<string, Binding> = { LOADER: workerLoader() };
 */
export interface WorkerLoader {
  readonly kind: "workerLoader";
}

/**
 * Binds a namespace of Workers for Platforms, whose Workers are deployed by others: `env.CUSTOMERS.get(name).fetch(request)`.
 *
 * @param namespace its name
 * @param options the worker that requests of dispatched Workers go through
 * @example
 * const gate = worker("gate", settings);
 * const outbound = { worker: () => gate, parameters: ["customer"] };
 * worker("dispatcher", { ...settings, env: { CUSTOMERS: dispatchNamespace("customers", { outbound }) } });
 */
export const dispatchNamespace = (
  namespace: StageText,
  options: Pick<DispatchNamespace, "outbound"> = {},
): DispatchNamespace => ({ kind: "dispatchNamespace", namespace, ...options });

/**
 * Binds a loader of Dynamic Workers: `env.LOADER.get(id, () => code)`.
 *
 * The Cloudflare provider, 6.22.1, does not know this type of binding yet, and refuses it in the preview.
 *
 * @example
 * worker("sandbox", { ...settings, env: { LOADER: workerLoader() } });
 */
export const workerLoader = (): WorkerLoader => ({ kind: "workerLoader" });
