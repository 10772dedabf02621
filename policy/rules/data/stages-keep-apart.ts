import type { ResourceKind } from "../../../src/declare/kinds/kinds.ts";
import { bindingsOf, carriers } from "../../seen/bindings.ts";
import type { SeenResource } from "../../seen/resource.ts";
import { types } from "../../seen/types.ts";
import { type Props, textAt, unknown } from "../../seen/values.ts";
import { about, type Context, cannotTell, type StackFinding, type StackRule, violation } from "../rule.ts";

/** Where a resource names another one at Cloudflare. */
interface Reference {
  readonly from: SeenResource;
  /** For a message: `the binding DB`. */
  readonly as: string;
  readonly kind: ResourceKind;
  readonly by: "name" | "id";
  readonly value: string | typeof unknown;
}

/** Which property of a binding names what. */
const bound: Readonly<Record<string, readonly [property: string, kind: ResourceKind, by: "name" | "id"][]>> =
  {
    d1: [
      ["databaseId", "d1", "id"],
      ["id", "d1", "id"],
    ],
    kv_namespace: [["namespaceId", "kv", "id"]],
    hyperdrive: [["id", "hyperdrive", "id"]],
    r2_bucket: [["bucketName", "r2", "name"]],
    queue: [["queueName", "queue", "name"]],
    vectorize: [["indexName", "vectorize", "name"]],
    service: [["service", "worker", "name"]],
    durable_object_namespace: [["scriptName", "worker", "name"]],
  };

/** A stage reads and writes what is its own, or what is declared as shared. */
export const stagesKeepApart: StackRule = {
  id: "stages-keep-apart",
  title: "No worker, consumer or notification of a stage reaches a store, queue or worker of another stage.",
  why: "A test run in one stage would read or overwrite the data of another; and two stages that share a queue take each other's messages.",
  remediation: "Bind the stage's own store, or declare the store as `shared: true`.",
  severity: "critical",
  levels: { protected: "mandatory", others: "mandatory" },
  needsProject: true,
  checkStack: (resources, context) => {
    const own = ownOf(resources);
    return resources.flatMap((from) =>
      referencesOf(from).flatMap((reference) => judged(reference, own, context)),
    );
  },
};

interface Own {
  readonly ids: ReadonlySet<string>;
  readonly urns: ReadonlySet<string>;
}

const idProperties = ["id", "uuid", "queueId", "databaseId"] as const;

const ownOf = (resources: readonly SeenResource[]): Own => ({
  ids: new Set(
    resources.flatMap(({ props }) =>
      idProperties.flatMap((property) => {
        const id = textAt(props, property);
        return typeof id === "string" ? [id] : [];
      }),
    ),
  ),
  urns: new Set(resources.map(({ urn }) => urn)),
});

function judged(
  { from, as, kind, by, value }: Reference,
  own: Own,
  { declared, stack }: Context,
): readonly StackFinding[] {
  if (value === unknown) {
    // What this stack makes itself is its own, also before it has an id.
    if (from.dependsOn.some((urn) => own.urns.has(urn))) return [];
    return [about(from, cannotTell(from, `what ${as} names`))];
  }
  const owner = declared.ownerOf(kind, by, value);
  const isForeign = owner !== undefined && !owner.stages.includes(stack);
  if (isForeign)
    return [
      about(
        from,
        violation(
          `${from.name}: ${as} reaches ${owner.logicalName} of stage ${owner.stages.join(", ")} (${JSON.stringify(value)}). Bind the ${kind} of stage ${stack}, or declare it as shared.`,
        ),
      ),
    ];
  if (by === "id" && owner === undefined && !own.ids.has(value) && own.ids.size > 0)
    return [
      about(
        from,
        violation(
          `${from.name}: ${as} reaches a ${kind} by an id that no resource of stack ${stack} has (${JSON.stringify(value)}): it may be another stage's. Declare the ${kind} and bind the declaration.`,
        ),
      ),
    ];
  return [];
}

function referencesOf(from: SeenResource): readonly Reference[] {
  if (carriers.includes(from.type)) {
    const bindings = bindingsOf(from);
    if (bindings === unknown) return [];
    return bindings.known.flatMap(({ name, type, props }) =>
      (bound[type] ?? []).flatMap(([property, kind, by]) =>
        given(from, `the binding ${name}`, kind, by, props, property),
      ),
    );
  }
  switch (from.type) {
    case types.consumer:
      return [
        ...given(from, "the consumer", "queue", "id", from.props, "queueId"),
        ...given(from, "its dead letter queue", "queue", "name", from.props, "deadLetterQueue"),
        ...given(from, "the consumer", "worker", "name", from.props, "scriptName"),
      ];
    case types.r2Notification:
      return [
        ...given(from, "the notification", "r2", "name", from.props, "bucketName"),
        ...given(from, "the notification", "queue", "id", from.props, "queueId"),
      ];
    case types.cron:
      return given(from, "the cron trigger", "worker", "name", from.props, "scriptName");
    case types.route:
      return given(from, "the route", "worker", "name", from.props, "script");
    case types.domain:
      return given(from, "the custom domain", "worker", "name", from.props, "service");
    default:
      return [];
  }
}

function given(
  from: SeenResource,
  as: string,
  kind: ResourceKind,
  by: "name" | "id",
  props: Props,
  property: string,
): readonly Reference[] {
  const value = textAt(props, property);
  return value === undefined || value === "" ? [] : [{ from, as, kind, by, value }];
}
