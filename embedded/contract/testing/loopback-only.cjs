// Loaded into a client under test (NODE_OPTIONS=--require): every connection that would leave this machine is refused, and
// noted in the file that LOCKSTEP_OUTSIDE names.
"use strict";
const { appendFileSync } = require("node:fs");
const net = require("node:net");

const isLoopback = (host) => /^(localhost|.*\.localhost|127(\.\d+){3}|::1|\[::1\])$/.test(host);
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  const host =
    typeof options === "object"
      ? options.path
        ? "localhost"
        : (options.host ?? "localhost")
      : typeof args[1] === "string"
        ? args[1]
        : "localhost";
  if (isLoopback(host)) return connect.apply(this, args);
  appendFileSync(process.env.LOCKSTEP_OUTSIDE, `${host}:${options?.port ?? options}\n`);
  process.nextTick(() => this.destroy(new Error(`outside traffic refused: ${host}`)));
  return this;
};
