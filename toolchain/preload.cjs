// Loaded before the program and the dynamic-provider process (`node --require`), because starting @pulumi/pulumi costs more than our program does:
// most of it is npm's arborist and a bundled TypeScript, which only serialising JavaScript closures needs. Nothing here serialises closures.
// `LOCKSTEP_PRELOAD=off` switches all of this off.
"use strict";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 24 || (major === 24 && minor < 12)) {
  process.stderr.write(
    `Node ${process.versions.node} found (${process.execPath}); this program needs Node 24.12 or newer, which the project carries.\n` +
      'Run `eval "$(npm run -s env)"` in the project\'s folder, then the same command again.\n',
  );
  process.exit(32);
}

if (process.env.LOCKSTEP_PRELOAD !== "off") {
  const Module = require("node:module");
  const load = Module._load;

  /** Loads the module when something of it is first used. */
  const lazily = (request, parent, isMain) =>
    new Proxy(
      {},
      {
        // Compiled `import * as` asks this first, and would copy (so load) everything if it were not so.
        get: (_, key) => key === "__esModule" || Reflect.get(load.call(Module, request, parent, isMain), key),
        has: (_, key) => Reflect.has(load.call(Module, request, parent, isMain), key),
        ownKeys: () => Reflect.ownKeys(load.call(Module, request, parent, isMain)),
        getOwnPropertyDescriptor: (_, key) => {
          const found = Reflect.getOwnPropertyDescriptor(load.call(Module, request, parent, isMain), key);
          return found === undefined ? undefined : { ...found, configurable: true };
        },
      },
    );

  Module._load = function (request, parent, isMain) {
    if (fromSdk(parent) && (request === "@npmcli/arborist" || request.endsWith("/typescript-shim")))
      return lazily(request, parent, isMain);
    return load.call(this, request, parent, isMain);
  };

  const fromSdk = (parent) => parent?.filename?.includes("@pulumi/pulumi/") === true;
}
