import type { Worker } from "../../declare/index.ts";
import type { Link } from "../../declare/links.ts";
import type { Order } from "./order.ts";

/**
 * A release's order, a line for each wave, and why it is behind others. Empty where there is only one.
 * @param isReleased whether a worker has a new version, by `<system>/<worker>`
 */
export function orderLines(
  { waves, kept, broken }: Order,
  isReleased: (label: string) => boolean = () => true,
): readonly string[] {
  const labels = new Map(
    waves.flatMap(({ system, workers }) => workers.map((each) => [each, `${system.name}/${each.name}`])),
  );
  const label = (worker: Worker): string => labels.get(worker) ?? worker.name;
  const shown = waves
    .map(({ workers }) => workers.filter((worker) => isReleased(label(worker))))
    .filter((workers) => workers.length > 0);
  if (shown.length <= 1) return [];
  const both = ({ from, to }: Link): boolean => [from, to].every((worker) => isReleased(label(worker)));
  const lines = shown.map((workers) => {
    const why = kept.filter(
      (link) => both(link) && workers.includes(link.from) && !workers.includes(link.to),
    );
    const reasons = [...new Set(why.map((link) => reason(link, label)))];
    return `${workers.map(label).join(", ")}${reasons.length === 0 ? "" : `: ${reasons.join("; ")}`}`;
  });
  const circles = broken.filter(both).map((link) => brokenLine(link, label));
  return [...lines, ...new Set(circles)];
}

function reason({ from, to, by, through }: Link, label: (worker: Worker) => string): string {
  switch (by) {
    case "service":
      return `${label(from)} calls ${label(to)} by ${through}`;
    case "durableObject":
      return `${label(from)} binds objects of ${label(to)} by ${through}`;
    case "workflow":
      return `${label(from)} starts a workflow of ${label(to)} by ${through}`;
    case "tail":
      return `${label(from)} is tailed by ${label(to)}`;
    case "queue":
      return `${label(from)} puts messages into ${through}, which ${label(to)} takes off`;
    default:
      return by satisfies never;
  }
}

const brokenLine = ({ from, to, through }: Link, label: (worker: Worker) => string): string =>
  `in a circle over systems: the new ${label(from)} comes before the new ${label(to)} that it reaches by ${through}, and meets the stable one`;
