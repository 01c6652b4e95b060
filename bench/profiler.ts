/** V8's profiler in a running Worker, over its inspector: the functions on which its own isolate spends CPU time. */
import * as z from "zod";

const targets = z.array(z.object({ webSocketDebuggerUrl: z.string() }));

const answer = z.object({
  id: z.optional(z.number()),
  error: z.optional(z.object({ message: z.string() })),
  result: z.optional(z.unknown()),
});

const stopped = z.object({
  profile: z.object({
    nodes: z.array(
      z.object({
        id: z.number(),
        callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      }),
    ),
    samples: z.array(z.number()),
    /** Microseconds since the previous sample. */
    timeDeltas: z.array(z.number()),
  }),
});

/** CPU time by function, in milliseconds; the name of a function is `name, file`. */
export type Profile = ReadonlyMap<string, number>;

/** Microseconds between two samples: V8's default is 1,000, but a receipt takes only about 500. */
const SAMPLE_EVERY = 200;
/**
 * The longest time that one sample stands for, in microseconds. While another isolate of the thread runs (D1, the
 * queues), or none, V8 takes no sample of this one; that time is not what the next sample's function has spent.
 */
const SAMPLE_MOST = 2 * SAMPLE_EVERY;

/** Not work of the isolate: the queue of requests, waiting. */
const notOwn: ReadonlySet<string> = new Set(["(root)", "(program)", "(idle)"]);

/** The source file of each line of a bundle: esbuild writes its path above the code from that file. */
function filesOf(bundle: string): readonly string[] {
  let file = "";
  return bundle.split("\n").map((line) => {
    file = /^\/\/ (.*\.\w+)$/.exec(line)?.[1] ?? file;
    return file.replace(/^node_modules\//, "");
  });
}

function profileOf(result: unknown, files: readonly string[]): Profile {
  const { nodes, samples, timeDeltas } = stopped.parse(result).profile;
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const spent = new Map<string, number>();
  for (const [index, sample] of samples.entries()) {
    const { functionName = "", url = "", lineNumber = -1 } = frames.get(sample) ?? {};
    if (notOwn.has(functionName)) continue;
    // Native code has no line; the clients of D1 and queues are modules of workerd.
    const file = url.startsWith("cloudflare") ? url : files[lineNumber];
    const known = functionName === "" ? "(without a name)" : functionName;
    const name = file === undefined ? known : `${known}, ${file}`;
    const took = Math.min(timeDeltas[index] ?? 0, SAMPLE_MOST);
    spent.set(name, (spent.get(name) ?? 0) + took / 1_000);
  }
  return spent;
}

export interface Profiler {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<Profile>;
  readonly close: () => void;
}

/** `inspector`: its address; the Worker is its first target. `bundle`: the code that the Worker was started with. */
export async function openProfiler(inspector: URL, bundle: string): Promise<Profiler> {
  const files = filesOf(bundle);
  const http = new URL("/json", inspector);
  http.protocol = "http:";
  const [target] = targets.parse(await (await fetch(http)).json());
  if (target === undefined) throw new Error("the inspector knows no Worker");
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;
  socket.addEventListener("message", ({ data }) => {
    const { id, error, result } = answer.parse(JSON.parse(String(data)));
    const question = id === undefined ? undefined : waiting.get(id);
    if (error === undefined) question?.resolve(result);
    else question?.reject(new Error(error.message));
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", () => reject(new Error("the inspector did not answer")));
  });
  const ask = async (method: string, params: object = {}): Promise<unknown> => {
    asked += 1;
    const question = Promise.withResolvers<unknown>();
    waiting.set(asked, question);
    socket.send(JSON.stringify({ id: asked, method, params }));
    return await question.promise;
  };
  await ask("Profiler.enable");
  await ask("Profiler.setSamplingInterval", { interval: SAMPLE_EVERY });
  return {
    async start() {
      await ask("Profiler.start");
    },
    stop: async () => profileOf(await ask("Profiler.stop"), files),
    close: () => socket.close(),
  };
}
