// What the states of stacks name: `require("lockstep/smoke")`, run after a deployment with LOCKSTEP_SMOKE_URL. It must never move.
// CommonJS without a build step, as `dynamic.cjs` is, and for the same reason.
"use strict";
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

const source = join(__dirname, "..", "src", "smoke", "ask.ts");
const compiled = join(__dirname, "..", "dist", "src", "smoke", "ask.js");
import(pathToFileURL(existsSync(source) ? source : compiled).href);
