import type { JobmatchWebEnv } from "../../../src/systems/jobmatch.ts";

/** The page's files are served before this is asked; the rest is the API's, at one address, so that its cookies are the page's. */
export default {
  fetch(request, env) {
    const { pathname } = new URL(request.url);
    return /^\/(api|auth)\/|^\/health$/.test(pathname)
      ? env.API.fetch(request)
      : new Response("There is no such page\n", { status: 404 });
  },
} satisfies ExportedHandler<JobmatchWebEnv>;
