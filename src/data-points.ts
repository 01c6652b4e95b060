/**
 * Writes one data point for each run to Analytics Engine, if a data set is bound as METRICS: the kind of run, its
 * outcome, the number of messages and the duration. Never an id, a body or personal data. docs/observability.md
 * has the queries.
 */

/** The part of the binding that is used; workers-types' `AnalyticsEngineDataset` fits it. */
interface DataSet {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

function isDataSet(value: object): value is DataSet {
  return "writeDataPoint" in value;
}

function findDataSet(env: object): DataSet | null {
  const bound: unknown = Reflect.get(env, "METRICS");
  return typeof bound === "object" && bound !== null && isDataSet(bound) ? bound : null;
}

/**
 * Does the work and records it: `blob1` kind (receipt, console, sweep, or the name of the queue), `blob2` outcome
 * (`failed` if it throws), `double1` count, `double2` milliseconds. Returns and throws what the work does.
 */
export async function measured<T>(
  env: object,
  kind: string,
  count: number,
  work: () => T | Promise<T>,
  outcomeOf: (value: T) => string = () => "ok",
): Promise<T> {
  const dataSet = findDataSet(env);
  if (dataSet === null) return await work();
  const began = Date.now();
  let outcome = "failed";
  try {
    const value = await work();
    outcome = outcomeOf(value);
    return value;
  } finally {
    const doubles = [count, Date.now() - began];
    dataSet.writeDataPoint({ indexes: [kind], blobs: [kind, outcome], doubles });
  }
}
