import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Ports on which this process and those it started listen. On Linux alone: read from `/proc`. */
export function listeningPorts(): readonly number[] {
  const sockets = new Set(withDescendants(process.pid).flatMap(socketsOf));
  const ports = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === "0A" && sockets.has(fields[9] ?? ""))
      .map((fields) => Number.parseInt(fields[1]?.split(":")[1] ?? "", 16)),
  );
  return [...new Set(ports)].sort((a, b) => a - b);
}

function withDescendants(pid: number): readonly number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: parentOf(name) }));
  const found = [pid];
  for (const each of found)
    found.push(...parents.filter(({ parent }) => parent === each).map((one) => one.pid));
  return found;
}

const parentOf = (pid: string): number => {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
  } catch {
    return 0; // it ended meanwhile
  }
};

function socketsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return []; // it was closed meanwhile
      }
    });
  } catch {
    return [];
  }
}
