// Loaded before the program, the dynamic-provider process and policy packs (`node --require`), because starting @pulumi/pulumi costs more than our
// programs do: most of it is npm's arborist and a bundled TypeScript, which only serialising JavaScript closures needs, the Automation API, which no
// program uses, and ts-node, which packs of plain JavaScript or stripped TypeScript do not need. All but the last are only put off until they are used.
// `LOCKSTEP_PRELOAD=off` switches all of this off.
"use strict";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 24 || (major === 24 && minor < 12)) {
  // The command's own texts (src/diagnostic) are TypeScript, which this Node cannot read.
  const { readFileSync } = require("node:fs");
  const scripts = (() => {
    try {
      return readFileSync("package.json", "utf8");
    } catch {
      return "";
    }
  })();
  const env = /"env":\s*"[^"]*\b(bootstrap\.mjs|lockstep) env\b/.test(scripts)
    ? "npm run -s env"
    : "npx lockstep env";
  process.stderr.write(
    `Node ${process.versions.node} found (${process.execPath}); this program needs Node 24.12 or newer, which the project carries.\n` +
      `Run \`eval "$(${env})"\` in the project's folder, then the same command again.\n`,
  );
  process.exit(32);
}

if (process.env.LOCKSTEP_PRELOAD !== "off") {
  const Module = require("node:module");
  const { fstatSync, readFileSync } = require("node:fs");
  const { join } = require("node:path");
  const load = Module._load;

  /** Loads the module when something of it is first used. */
  const lazily = (whole) =>
    new Proxy(
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

  /** Few runs use these, most use none. */
  const seldomUsed = new Set(["./automation", "@npmcli/arborist", "js-yaml", "semver", "ini"]);
  const putOff = (request) => seldomUsed.has(request) || request.endsWith("/typescript-shim");

  /** Functions that the SDK's index copies at once, by their modules: each loads its module when it is first called. */
  const functionsOf = new Map([
    ["./closure/serializeClosure", ["serializeFunction", "serializeFunctionAsync"]],
    ["./closure/codePaths", ["computeCodePaths"]],
  ]);
  const callingLazily = (names, whole) =>
    Object.fromEntries(names.map((name) => [name, (...args) => whole()[name](...args)]));
  const isIndex = (parent) => parent.filename.endsWith(join("runtime", "index.js"));

  /**
   * Not needed at all: source maps lead from the SDK's JavaScript to TypeScript that it does not ship (our own lines are right without), and the
   * inspector, which the SDK opens for closures, changes a V8 flag, so that processes with and without it throw away each other's compile cache.
   * Serialising a closure opens it by another path.
   */
  const replacedWhole = new Map([
    ["source-map-support/register", {}],
    ["../../runtime/closure/v8Hooks", { isInitializedAsync: async () => undefined }],
  ]);
  // Half of what a program loads is OpenTelemetry. Without somebody to trace for, every span of it is empty and there is no context to pass on.
  const isTraced =
    process.env.TRACEPARENT !== undefined || process.argv.some((word) => word.startsWith("--tracing"));
  if (!isTraced) {
    const span = { end() {}, addEvent() {}, setAttribute() {} };
    replacedWhole.set("./tracing", { newSpan: () => span });
    replacedWhole.set("@opentelemetry/api", { context: { active() {} }, propagation: { inject() {} } });
  }

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
    if (request === "semver") return { parse: () => null };
    if (request === "typescript") return Module.createRequire(parent.filename)("typescript/package.json");
    const vendored = /typescript@([\d.]+)[\\/]typescript\.js$/.exec(request);
    return vendored === null ? undefined : { version: vendored[1] };
  };
  const startsTsNode = (parent) =>
    /[\\/]run-policy-pack[\\/]run\.js$|[\\/]tsutils\.js$/.test(parent.filename);

  /** What the SDK's own files get in the place of a module; undefined for the module itself. */
  const instead = (request, parent, whole) => {
    const stubbed = skipTsNode && startsTsNode(parent) ? stub(request, parent) : undefined;
    if (stubbed !== undefined) return stubbed;
    if (putOff(request)) return lazily(whole);
    const functions = isIndex(parent) ? functionsOf.get(request) : undefined;
    return functions === undefined ? replacedWhole.get(request) : callingLazily(functions, whole);
  };

  /** The SDK notes where each of its promises was made, which only PULUMI_DEBUG_PROMISE_LEAKS shows. */
  const withoutOrigins = (debuggable) => {
    const { debuggablePromise, debugPromiseLeaks } = debuggable;
    // Undefined while it is being loaded: its own requires lead back to it.
    if (debuggablePromise === undefined || debuggablePromise.isWithoutOrigins || debugPromiseLeaks)
      return debuggable;
    debuggable.debuggablePromise = (...args) => {
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = 0;
      try {
        return debuggablePromise(...args);
      } finally {
        Error.stackTraceLimit = limit;
      }
    };
    debuggable.debuggablePromise.isWithoutOrigins = true;
    return debuggable;
  };

  /**
   * The SDK tells the engine of each step of each resource, one call after the other: half of all that a program of a hundred workers says. The
   * engine shows it with `--debug` alone, of which the launcher tells.
   */
  const showsDebug = process.env.LOCKSTEP_ENGINE_DEBUG !== undefined;
  const withoutDebug = (log) => {
    if (!showsDebug && log.debug !== undefined) log.debug = () => Promise.resolve();
    return log;
  };

  Module._load = function (request, parent, isMain) {
    const whole = () => load.call(this, request, parent, isMain);
    if (!parent?.filename?.includes("@pulumi/pulumi/")) return whole();
    if (/(^|\/)debuggable$/.test(request)) return withoutOrigins(whole());
    if (/(^|\/)log$/.test(request)) return withoutDebug(whole());
    return instead(request, parent, whole) ?? whole();
  };

  // The engine ends providers and packs with a signal, and Node writes its compile cache only when a process ends by itself.
  const started = /[\\/]cmd[\\/](dynamic-provider|run-policy-pack|run-plugin)[\\/]index\.js$/.exec(
    process.argv[1] ?? "",
  );
  if (started !== null)
    process.once("SIGINT", () => {
      Module.flushCompileCache();
      process.kill(process.pid, "SIGINT");
    });
  // An engine that was killed closes this pipe; nobody else would ever end its provider.
  if (started?.[1] === "dynamic-provider" && fstatSync(0).isFIFO())
    process.stdin.once("end", () => process.exit()).resume();

  // Two of three of zod's files are its messages in other languages.
  Module.registerHooks({
    resolve: (specifier, context, next) => {
      const isLocales =
        specifier === "../locales/index.js" && context.parentURL?.includes("/node_modules/zod/v4/");
      return next(isLocales ? "../locales/en.js" : specifier, context);
    },
  });
}
