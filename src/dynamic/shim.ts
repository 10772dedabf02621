import type { ProviderName } from "./providers.ts";

/**
 * The `__provider` of a dynamic resource: text that the engine keeps in the state and runs, perhaps years later, in the project's
 * folder. It is constant, so nothing is serialised and a release changes no resource; and it names a package and a provider, no
 * file, so nothing that is moved breaks the `destroy` of an old stack.
 */
export const loads = (name: ProviderName): string =>
  `exports.handler = () => process.getBuiltinModule("node:module").createRequire(process.cwd() + "/x.js")("lockstep/dynamic").providerOf(${JSON.stringify(name)});`;
