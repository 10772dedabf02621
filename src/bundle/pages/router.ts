/** Runs in the worker: what a Pages project does with a request. */

/** A function of a Pages project, and what it is given. */
export type Handler = (context: Context) => Response | Promise<Response>;

interface Context {
  readonly request: Request;
  readonly functionPath: string;
  readonly env: Env;
  readonly params: Params;
  data: object;
  readonly next: (input?: Request | string, init?: RequestInit) => Promise<Response>;
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly passThroughOnException: () => void;
}

interface Execution {
  waitUntil(work: Promise<unknown>): void;
}

interface Fetcher {
  fetch(request: Request): Promise<Response>;
}

type Env = Readonly<Record<string, unknown>> & { readonly ASSETS: Fetcher };
type Params = Readonly<Record<string, string | readonly string[]>>;

interface Matcher {
  readonly source: string;
  readonly params: readonly { readonly name: string; readonly repeats: boolean }[];
}

/** A handler, with the expression that says which paths are its own. */
export interface Entry {
  /** Undefined for every method. */
  readonly method?: string;
  readonly route: Matcher;
  readonly handler: Handler | readonly Handler[];
}

export interface Pages extends Rules {
  /** In the order in which they run: from the outside in. */
  readonly middlewares: readonly Entry[];
  /** In the order in which they are asked: the first one that fits answers. */
  readonly functions: readonly Entry[];
}

/** Which paths are asked of code, as sources of expressions; every other one is a static file's. */
interface Rules {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

interface Step {
  readonly handler: Handler;
  readonly params: Params;
  readonly path: string;
}

type Fetch = (request: Request, env: Env, execution: Execution) => Promise<Response>;

/** The worker's `fetch`: static files where the rules say so, else the chain of middlewares and the function. */
export function fetchOf({ middlewares, functions, ...rules }: Pages): Fetch {
  const isOurs = within(rules);
  const chain = middlewares.map(stepsOf);
  const answers = functions.map(stepsOf);
  return async (request, env, execution) => {
    const { pathname } = new URL(request.url);
    if (!isOurs(pathname)) return env.ASSETS.fetch(request);
    const before = chain.flatMap((of) => of(request.method, pathname) ?? []);
    return run([...before, ...firstOf(answers, request.method, pathname)], request, env, execution);
  };
}

/** The `fetch` of a `_worker.js`, asked only for what the rules say. */
export const fetchWithin = (rules: Rules, fetch: Fetch): Fetch => {
  const isOurs = within(rules);
  return async (request, env, execution) =>
    isOurs(new URL(request.url).pathname) ? fetch(request, env, execution) : env.ASSETS.fetch(request);
};

function within({ include, exclude }: Rules): (path: string) => boolean {
  const inside = include.map((rule) => new RegExp(rule));
  const outside = exclude.map((rule) => new RegExp(rule));
  return (path) => inside.some((rule) => rule.test(path)) && !outside.some((rule) => rule.test(path));
}

/** What an entry does with a request; undefined where the request is not its own. */
type Steps = (method: string, path: string) => readonly Step[] | undefined;

function firstOf(answers: readonly Steps[], method: string, path: string): readonly Step[] {
  for (const of of answers) {
    const steps = of(method, path);
    if (steps !== undefined) return steps;
  }
  return [];
}

function stepsOf({ method, route, handler }: Entry): Steps {
  const expression = new RegExp(route.source, "i");
  return (asked, path) => {
    if (method !== undefined && method !== asked) return undefined;
    const match = expression.exec(path);
    if (match === null) return undefined;
    const params = paramsOf(route, match);
    return [handler].flat().map((each) => ({ handler: each, params, path: match[0] }));
  };
}

function paramsOf({ params }: Matcher, match: RegExpExecArray): Params {
  const found: Record<string, string | readonly string[]> = Object.create(null);
  for (const [i, { name, repeats }] of params.entries()) {
    const value = match[i + 1];
    if (value !== undefined) found[name] = repeats ? value.split("/") : value;
  }
  return found;
}

async function run(
  steps: readonly Step[],
  first: Request,
  env: Env,
  execution: Execution,
): Promise<Response> {
  const left = steps[Symbol.iterator]();
  let request = first;
  let data: object = {};
  let failsOpen = false;
  const next = async (input?: Request | string, init?: RequestInit): Promise<Response> => {
    if (input !== undefined)
      request = new Request(typeof input === "string" ? new URL(input, request.url) : input, init);
    const step = left.next();
    if (step.done === true) return changeable(await env.ASSETS.fetch(request));
    const { handler, params, path } = step.value;
    const response = await handler({
      request: new Request(request.clone()),
      functionPath: path,
      env,
      params,
      get data() {
        return data;
      },
      set data(value) {
        if (typeof value !== "object" || value === null) throw new Error("context.data must be an object");
        data = value;
      },
      next,
      waitUntil: (work) => execution.waitUntil(work),
      passThroughOnException: () => {
        failsOpen = true;
      },
    });
    if (!(response instanceof Response)) throw new Error("Your Pages function should return a Response");
    return changeable(response);
  };
  try {
    return await next();
  } catch (error) {
    if (failsOpen) return changeable(await env.ASSETS.fetch(request));
    throw error;
  }
}

const withoutBody = [101, 204, 205, 304];

/** Headers of what a `fetch` gave cannot be changed; of a copy they can. */
const changeable = (response: Response): Response =>
  new Response(withoutBody.includes(response.status) ? null : response.body, response);
