import type { Diagnostic } from "../../diagnostic/user-error.ts";

/** What of a worker's `env` and `consumes` is nothing that can be bound: files that import each other, and values that are not declared. */
export function unbound(
  worker: string,
  env: Readonly<Record<string, unknown>>,
  consumes: readonly unknown[],
): readonly Diagnostic[] {
  return [
    ...Object.entries(env).flatMap(([name, bound]) => wrongBinding(`worker ${worker}, env.${name}`, bound)),
    ...consumes.flatMap((each, index) =>
      isDeclared(queueOf(each))
        ? []
        : [
            {
              what: "Nothing declared is consumed",
              where: `worker ${worker}, consumes[${index}].queue`,
              got: shown(queueOf(each)),
              expected: "a queue that is declared: { queue: orders }",
              fix: 'declare it, const orders = queue("orders"), or import what it names',
            },
          ],
    ),
  ];
}

function wrongBinding(where: string, bound: unknown): readonly Diagnostic[] {
  if (bound === undefined)
    return [
      {
        what: "A binding is undefined",
        where,
        got: "undefined",
        expected: "what is bound: a store, a worker, a text …",
        fix: "import what it names; where two files import each other, declare it in one of them, or hand a worker over as a function: service(() => other)",
      },
    ];
  if (typeof bound === "string" || isDeclared(bound)) return [];
  const isPlain = typeof bound === "number" || typeof bound === "boolean";
  return [
    {
      what: "Nothing that can be bound",
      where,
      got: shown(bound),
      expected: "what is declared, such as a store, or a text",
      fix: isPlain ? `as a text: "${bound}"; as it is: json(${bound})` : "as data: json(…)",
    },
  ];
}

const queueOf = (each: unknown): unknown =>
  typeof each === "object" && each !== null && "queue" in each ? each.queue : undefined;

/** Every declaration says what kind it is of. */
export const isDeclared = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string";

/** Data may hold what nobody should read in a log. */
const shown = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? "a value that is no declaration"
    : (JSON.stringify(value) ?? typeof value);
