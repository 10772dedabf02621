import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { FunctionFile } from "./function-files.ts";

/** One handler of a function file, and what it answers. */
export interface Route {
  /** Path with parameters: `/notes/:id`, `/files/:path*`. */
  readonly path: string;
  /** Undefined for every method. */
  readonly method: string | undefined;
  /** Whether it runs for everything below the path too, before the function that answers. */
  readonly isMiddleware: boolean;
  /** From the project's root. */
  readonly file: string;
  readonly line: number;
  /** Name of the export. */
  readonly handler: string;
}

/** What the files answer, in the order in which Pages asks: longer paths first, then what is written out before parameters. */
export function routesOf(files: readonly FunctionFile[]): readonly Route[] {
  return files.flatMap(routesOfFile).sort(compare);
}

function routesOfFile({ path, file, handlers }: FunctionFile): readonly Route[] {
  const [, folder = "", name = ""] = /^(?:(.*)\/)?([^/]*)\.[a-z]+$/.exec(path) ?? [];
  const isMiddleware = name === "_middleware" || name === "_middleware_";
  const own = isMiddleware || name === "index" ? folder : folder === "" ? name : `${folder}/${name}`;
  return handlers.map(({ name: handler, line }) => ({
    path: withParams(`/${own}`),
    method: handler === "onRequest" ? undefined : handler.slice("onRequest".length).toUpperCase(),
    isMiddleware,
    file,
    line,
    handler,
  }));
}

const withParams = (path: string): string =>
  path.replace(/\[\[([^\]]+)\]\]/g, ":$1*").replace(/\[([^\]]+)\]/g, ":$1");

const segmentsOf = (path: string): readonly string[] => path.split("/").filter((segment) => segment !== "");

/** 0: written out, 1: a parameter, 2: any number of segments. */
const vagueness = (segment: string): number => (segment.includes("*") ? 2 : segment.includes(":") ? 1 : 0);

function compare(a: Route, b: Route): number {
  const [ofA, ofB] = [segmentsOf(a.path), segmentsOf(b.path)];
  if (ofA.length !== ofB.length) return ofB.length - ofA.length;
  for (const [i, segment] of ofA.entries()) {
    const difference = vagueness(segment) - vagueness(ofB[i] ?? "");
    if (difference !== 0) return difference;
  }
  if ((a.method === undefined) !== (b.method === undefined)) return a.method === undefined ? 1 : -1;
  return a.path.localeCompare(b.path);
}

/** Pages lets one of two files win without a word: here both are named. Parameters of other names are the same route. */
export function checkRoutes(routes: readonly Route[]): readonly Diagnostic[] {
  const seen = new Map<string, Route>();
  return routes.flatMap((route) => {
    const what = [route.isMiddleware ? "middleware of" : "", route.method ?? "every method of", shape(route)];
    const key = what.filter((part) => part !== "").join(" ");
    const other = seen.get(key);
    seen.set(key, other ?? route);
    if (other === undefined) return [];
    return [
      {
        what: `Two functions answer the same route, and one of them would never be asked: ${key}`,
        where: `${route.file}:${route.line}`,
        got: `${route.handler} here and in ${other.file}:${other.line}`,
        expected: "one file for a route and method",
        fix: "remove one of the two, or give it another path",
      },
    ];
  });
}

const shape = ({ path }: Route): string => path.replace(/:\w+/g, ":name").toLowerCase();
