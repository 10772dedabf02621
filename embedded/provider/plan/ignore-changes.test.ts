import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { accountId, underTest } from "../fixture/under-test.ts";
import { withIgnored } from "./ignore-changes.ts";

const provider = underTest(dirname(import.meta.dirname));
const queue = "cloudflare:index/queue:Queue";
const worker = "cloudflare:index/worker:Worker";

describe("ignoreChanges", () => {
  const prior = {
    a: 1,
    list: [
      { x: 1, y: 1 },
      { x: 2, y: 2 },
    ],
    map: { "b c": 1, 'q"r': 1 },
    gone: true,
  };
  it.each([
    [["a"], { a: 2 }, { a: 1 }],
    [["gone"], {}, { gone: true }],
    [["added"], { added: 1 }, {}],
    [["list[1].x"], { list: [{ x: 9 }, { x: 9 }] }, { list: [{ x: 9 }, { x: 2 }] }],
    [
      ["list[*].y"],
      { list: [{ x: 9 }, { x: 9 }] },
      {
        list: [
          { x: 9, y: 1 },
          { x: 9, y: 2 },
        ],
      },
    ],
    [["list[7].x", "a.b", "nowhere.b"], { list: [{ x: 9 }], a: 3 }, { list: [{ x: 9 }], a: 3 }],
    [['map["b c"]', 'map["q\\"r"]'], { map: { "b c": 2, 'q"r': 2 } }, { map: { "b c": 1, 'q"r': 1 } }],
    [["*"], { other: 1 }, prior],
  ])("%j of %j leaves %j", (paths, inputs, expected) => {
    expect(withIgnored(inputs, prior, paths)).toEqual(expected);
  });

  const state = { accountId, queueName: "q", queueId: "q1", settings: { deliveryDelay: 9 } };
  const inputs = { accountId, queueName: "other", settings: { deliveryDelay: 1 } };

  it("is kept to by Diff and by Update", async () => {
    const diff = await provider.engine().diff(queue, "q1", state, inputs, ["settings.deliveryDelay"]);
    expect(diff.detailed).toEqual({ queueName: "UPDATE" });
    provider.answer = () => ({ result: { queue_id: "q1", queue_name: "other" } });
    await provider.engine().update(queue, "q1", state, inputs, false, ["settings.deliveryDelay"]);
    expect(provider.requests()[0]?.body).toEqual({ queue_name: "other", settings: { delivery_delay: 9 } });
  });

  it("keeps what somebody else set where the program says nothing, instead of the default", async () => {
    const program = { accountId, name: "w" };
    const made = await provider.engine().create(worker, program, true);
    const drifted = { ...made.properties, tags: ["from elsewhere"] };
    expect((await provider.engine().diff(worker, "w", drifted, program)).diffs).toContain("tags");
    expect((await provider.engine().diff(worker, "w", drifted, program, ["tags"])).diffs).not.toContain(
      "tags",
    );
  });
});
