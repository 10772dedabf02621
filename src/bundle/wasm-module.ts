import type { Plugin } from "esbuild";

/** `./add.wasm?module`, which other bundlers and wrangler know, is `./add.wasm`. */
export const wasmModule: Plugin = {
  name: "wasm-module",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /\.wasm\?module$/ }, ({ path, importer, kind, namespace, resolveDir }) =>
      resolve(path.slice(0, -"?module".length), { importer, kind, namespace, resolveDir }),
    );
  },
};
