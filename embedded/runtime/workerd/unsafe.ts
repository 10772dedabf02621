import type { Miniflare } from "miniflare";

/**
 * What Miniflare names `unsafe…`: it promises nothing about these options and calls, and its next version renames some of them.
 * So they are written here and nowhere else.
 */

/** Ports of a worker's own on loopback: of its default export, and of entrypoints by name. */
export const loopbackPorts = (...entrypoints: readonly ("default" | { readonly entrypoint: string })[]) => ({
  unsafeDirectSockets: entrypoints.map((each) => ({
    host: "127.0.0.1",
    port: 0,
    ...(each === "default" ? {} : each),
  })),
});

/** Under what key a class's objects are kept, whatever the script or the class is called. */
export const objectsKey = (key: string) => ({ unsafeUniqueKey: key });

/** Objects that stay while nobody calls them. */
export const neverEvicted = { unsafePreventEviction: true };

/** Whether a worker's objects are gone with it. */
export const ephemeralObjects = (ephemeral: boolean) => ({ unsafeEphemeralDurableObjects: ephemeral });

/** Bindings that a plugin makes. */
export const pluginBindings = <Binding>(bindings: Binding[]) => ({ unsafeBindings: bindings });

/** What the runtime is started with, where it says that it runs, and who hears that it was started again. */
export const runtimeOptions = (options: {
  readonly environment: Record<string, string>;
  readonly registry: string;
  readonly onRestart: () => Promise<void>;
}) => ({
  unsafeRuntimeEnv: options.environment,
  unsafeDevRegistryPath: options.registry,
  unsafeHandleRuntimeRestart: options.onRestart,
});

/** Where one of {@link loopbackPorts} listens. */
export const portOf = (miniflare: Miniflare, worker: string, entrypoint?: string): Promise<URL> =>
  miniflare.unsafeGetDirectURL(worker, entrypoint);
