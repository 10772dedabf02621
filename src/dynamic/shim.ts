/**
 * The text of a dynamic provider: constant, so nothing is serialised, a new release changes no resource, and state written
 * long ago runs the project's code of today. The module exports `provider`; its path is from the project's root.
 */
export const loads = (modulePath: string): string =>
  `exports.handler = () => process.getBuiltinModule("node:module").createRequire(process.cwd() + "/x.js")(${JSON.stringify(modulePath)}).provider;`;
