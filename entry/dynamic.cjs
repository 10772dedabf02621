// What the states of stacks name: `require("lockstep/dynamic").providerOf("Target")`. It must never move, and neither may that call change.
// CommonJS without a build step, because the engine's dynamic-provider process loads it in this repository, where the library is TypeScript,
// and in projects that installed it, where it is compiled.
"use strict";
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const source = join(__dirname, "..", "src", "dynamic", "providers.ts");
const compiled = join(__dirname, "..", "dist", "src", "dynamic", "providers.js");
const { providerNames, providerOf } = require(existsSync(source) ? source : compiled);
// By name, so that `import { providerOf }` finds them too.
module.exports = { providerNames, providerOf };
