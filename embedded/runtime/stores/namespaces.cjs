// A Miniflare plugin: gives the gate the object namespaces behind Miniflare's own KV, R2 and D1 bindings,
// so that a store is addressed by its id and a store created later needs no reload.
const anything = { parse: (x) => x, safeParse: (x) => ({ success: true, data: x }) };

exports.plugins = {
  namespaces: {
    bindingTypeDescription: "object namespaces of the stores",
    options: anything,
    getNodeBindings: () => ({}),
    getBindings: async (bindings) =>
      bindings.map(({ name, options }) => ({ name, durableObjectNamespace: options })),
    getServices: async () => [],
  },
};
