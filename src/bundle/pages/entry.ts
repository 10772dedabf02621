import { patternOf } from "./pattern.ts";
import type { Route } from "./routes.ts";
import { type Rules, ruleSource } from "./rules.ts";

/** What the generated module imports the router as. */
export const routerModule = "lockstep:pages-router";

/** A module that answers as the functions do: it names each file once and holds the expressions ready made. */
export function entryOf(routes: readonly Route[], rules: Rules, handlers: string | undefined): string {
  const lines = routes.map(
    ({ file, handler }, i) => `import { ${handler} as f${i} } from ${JSON.stringify(`./${file}`)};`,
  );
  const literals = routes.map(literalOf);
  const middlewares = literals.filter((_, i) => routes[i]?.isMiddleware === true).reverse();
  const functions = literals.filter((_, i) => routes[i]?.isMiddleware === false);
  return [
    `import { fetchOf } from "${routerModule}";`,
    ...lines,
    "const fetch = fetchOf({",
    `  middlewares: [\n${middlewares.join("\n")}\n  ],`,
    `  functions: [\n${functions.join("\n")}\n  ],`,
    `  ${rulesLiteral(rules)},`,
    "});",
    ...exported(handlers),
  ].join("\n");
}

/** A `_worker.js` takes the place of functions. */
export const workerEntryOf = (worker: string, rules: Rules, handlers: string | undefined): string =>
  [
    `import { fetchWithin } from "${routerModule}";`,
    `import worker from ${JSON.stringify(`./${worker}`)};`,
    `export * from ${JSON.stringify(`./${worker}`)};`,
    `const fetch = fetchWithin({ ${rulesLiteral(rules)} }, (...request) => worker.fetch(...request));`,
    ...exported(handlers),
  ].join("\n");

const rulesLiteral = ({ include, exclude }: Rules): string =>
  `include: ${JSON.stringify(include.map(ruleSource))}, exclude: ${JSON.stringify(exclude.map(ruleSource))}`;

/** Pages has `fetch` alone. What else a worker has (`scheduled`, `queue`, classes) comes from a module of its own. */
function exported(handlers: string | undefined): readonly string[] {
  if (handlers === undefined) return ["export default { fetch };"];
  const path = JSON.stringify(`./${handlers}`);
  const twice = `${handlers}: the functions answer requests, so its default export has no fetch of its own`;
  return [
    `import others from ${path};`,
    `export * from ${path};`,
    `if (typeof others !== "object" || "fetch" in others) throw new Error(${JSON.stringify(twice)});`,
    "export default { ...others, fetch };",
  ];
}

function literalOf({ path, method, isMiddleware }: Route, i: number): string {
  const route = JSON.stringify(patternOf(path, isMiddleware ? "start" : "whole"));
  const of = method === undefined ? "" : `method: ${JSON.stringify(method)}, `;
  return `    { ${of}route: ${route}, handler: f${i} },`;
}
