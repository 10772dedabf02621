import { hostname, userInfo } from "node:os";

/** Who or what runs this, for those who find it written down later: the page of a CI job, or `<user>@<machine>`. */
export function runner(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  if (server !== undefined && repository !== undefined && run !== undefined)
    return `${server}/${repository}/actions/runs/${run}`;
  return `${userInfo().username}@${hostname()}`;
}
