// The events that Miniflare's engine keeps of an instance, as Cloudflare's API tells of it.

const event = {
  queued: 0,
  start: 1,
  success: 2,
  failure: 3,
  terminated: 4,
  stepStart: 5,
  stepSuccess: 6,
  stepFailure: 7,
  sleepStart: 8,
  sleepComplete: 9,
  attemptStart: 10,
  attemptSuccess: 11,
  attemptFailure: 12,
  waitStart: 14,
  waitComplete: 15,
  waitTimedOut: 16,
};

const isoOf = (timestamp) => new Date(`${timestamp.replace(" ", "T")}Z`).toISOString();

export function described(status, params, rows) {
  const events = rows.map((row) => ({
    ...row,
    at: isoOf(row.timestamp),
    metadata: JSON.parse(row.metadata),
  }));
  const first = (...kinds) => events.find((each) => kinds.includes(each.event));
  const end = first(event.success, event.failure, event.terminated);
  const steps = new Map();
  for (const each of events) step(steps, each);
  return {
    status,
    params,
    trigger: { source: "api" },
    queued: first(event.queued)?.at ?? null,
    start: first(event.start)?.at ?? null,
    end: end?.at ?? null,
    success: end === undefined ? null : end.event === event.success,
    output: first(event.success)?.metadata.result ?? null,
    error: first(event.failure)?.metadata.error ?? null,
    steps: [...steps.values()],
  };
}

function step(steps, { event: kind, groupKey, target, at, metadata }) {
  const known = steps.get(groupKey);
  switch (kind) {
    case event.stepStart:
      steps.set(groupKey, {
        type: "step",
        name: target,
        start: at,
        end: null,
        success: null,
        output: null,
        config: metadata.config ?? {},
        attempts: [],
      });
      return;
    case event.sleepStart:
      steps.set(groupKey, {
        type: "sleep",
        name: target,
        start: at,
        end: null,
        finished: false,
        error: null,
      });
      return;
    case event.waitStart:
      steps.set(groupKey, {
        type: "waitForEvent",
        name: target,
        start: at,
        end: null,
        finished: false,
        output: null,
      });
      return;
    case event.sleepComplete:
      if (known) Object.assign(known, { end: at, finished: true });
      return;
    case event.waitComplete:
      if (known) Object.assign(known, { end: at, finished: true, output: metadata.payload ?? null });
      return;
    case event.waitTimedOut:
      if (known) Object.assign(known, { end: at, finished: true, error: metadata.error ?? null });
      return;
    case event.attemptStart:
      known?.attempts.push({ start: at, end: null, success: null, error: null });
      return;
    case event.attemptSuccess:
    case event.attemptFailure: {
      const attempt = known?.attempts.at(-1);
      const success = kind === event.attemptSuccess;
      if (attempt)
        Object.assign(attempt, { end: at, success, error: success ? null : (metadata.error ?? null) });
      return;
    }
    case event.stepSuccess:
    case event.stepFailure: {
      const success = kind === event.stepSuccess;
      if (known) Object.assign(known, { end: at, success, output: metadata.result ?? null });
      return;
    }
    default:
  }
}
