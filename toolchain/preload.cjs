// Loaded before the program, the dynamic-provider process and policy packs (`node --require`), because starting @pulumi/pulumi costs more than our
// programs do: most of it is npm's arborist and a bundled TypeScript, which only serialising JavaScript closures needs, the Automation API, which no
// program uses, and ts-node, which packs of plain JavaScript or stripped TypeScript do not need. All but the last are only put off until they are used.
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
  const { readFileSync } = require("node:fs");
  const { join } = require("node:path");
  const load = Module._load;

  /** Loads the module when something of it is first used. */
  const lazily = (request, parent, isMain) => {
    const whole = () => load.call(Module, request, parent, isMain);
    return new Proxy(
      {},
      {
        // Compiled `import * as` asks this first, and would copy (so load) everything if it were not so.
        get: (_, key) => key === "__esModule" || Reflect.get(whole(), key),
        has: (_, key) => Reflect.has(whole(), key),
        ownKeys: () => Reflect.ownKeys(whole()),
        getOwnPropertyDescriptor: (_, key) => {
          const found = Reflect.getOwnPropertyDescriptor(whole(), key);
          return found === undefined ? undefined : { ...found, configurable: true };
        },
      },
    );
  };

  const putOff = (request) =>
    request === "@npmcli/arborist" || request === "./automation" || request.endsWith("/typescript-shim");

  /**
   * Not needed at all: source maps lead from the SDK's JavaScript to TypeScript that it does not ship (our own lines are right without), and the
   * inspector, which the SDK opens for closures, changes a V8 flag, so that processes with and without it throw away each other's compile cache.
   * Serialising a closure opens it by another path.
   */
  const replacedWhole = new Map([
    ["source-map-support/register", {}],
    ["../../runtime/closure/v8Hooks", { isInitializedAsync: async () => undefined }],
  ]);

  /** Packs whose package.json names a JavaScript file start without ts-node; the SDK registers it for every pack. */
  const withoutTsNode = () => {
    if (!process.argv[1]?.endsWith(join("cmd", "run-policy-pack", "index.js"))) return false;
    try {
      const { main } = JSON.parse(readFileSync(join(process.argv.at(-1), "package.json"), "utf8"));
      return /\.[cm]?js$/.test(main);
    } catch {
      return false;
    }
  };
  const skipTsNode = withoutTsNode();

  /** The SDK asks TypeScript for its version only, and ts-node to register itself. */
  const stub = (request, parent) => {
    if (/(^|[\\/])ts-node(@[\d.]+)?$/.test(request)) return { register() {} };
    if (request === "typescript") return Module.createRequire(parent.filename)("typescript/package.json");
    const vendored = /typescript@([\d.]+)[\\/]typescript\.js$/.exec(request);
    return vendored === null ? undefined : { version: vendored[1] };
  };
  const startsTsNode = (parent) =>
    /[\\/]run-policy-pack[\\/]run\.js$|[\\/]tsutils\.js$/.test(parent.filename);

  Module._load = function (request, parent, isMain) {
    if (parent?.filename?.includes("@pulumi/pulumi/")) {
      if (putOff(request)) return lazily(request, parent, isMain);
      if (replacedWhole.has(request)) return replacedWhole.get(request);
      const replaced = skipTsNode && startsTsNode(parent) ? stub(request, parent) : undefined;
      if (replaced !== undefined) return replaced;
    }
    return load.call(this, request, parent, isMain);
  };
}
