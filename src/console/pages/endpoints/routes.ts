/** The pages of endpoints and their form handlers, by path below /console. */
import { note } from "../../activity/note";
import { rotateEndpoint, showSecret, testEndpoint } from "../../forwarding/endpoint-acts";
import {
  type Answer,
  editEndpoint,
  type EndpointsDeps,
  pauseEndpoint,
  removeEndpoint,
  resumeEndpoint,
} from "../../forwarding/endpoints";
import { pathTo, withQuery } from "../../links";
import { fieldOf, formOf, idIn, type PageContext } from "../../page-context";
import { problemsOf, readSettings, typedIn } from "./endpoint-form";
import { endpoint, type Shown, showEndpoint } from "./endpoint-page";
import { ENDPOINTS, showUnknown } from "./endpoint-parts";
import { countReplay, sendReplay } from "./endpoint-replay-page";
import { add, endpoints } from "./endpoints-page";

type Serve = (context: PageContext) => Promise<Response>;

interface Action<T> {
  readonly name: "test" | "pause" | "resume" | "secret" | "rotate" | "delete";
  readonly run: (deps: EndpointsDeps, id: string, context: PageContext) => Promise<Answer<T>>;
  readonly answer: (context: PageContext, value: T, id: string) => Response | Promise<Response>;
}

/** Runs the action, notes it, and answers; the page of the endpoint shows a refusal. */
function acting<T>({ name, run, answer }: Action<T>): Serve {
  return async (context) => {
    const id = idIn(context.c, "id");
    const done = await run(context.deps.forwarding, id, context);
    if (done.ok) {
      note(context.c, `endpoint_${name}`, { about: id });
      return await answer(context, done.value, id);
    }
    if (done.kind === "unknown") return await showUnknown(context);
    return await showEndpoint(context, { refused: done.reason });
  };
}

/** Redirects to the page of the endpoint, which shows what was done. */
const backWith =
  (did: string) =>
  ({ c }: PageContext, _: unknown, id: string): Response =>
    c.redirect(withQuery(pathTo("endpoints", id) ?? ENDPOINTS, { did }), 303);

/** Answers with the page and the result, without a redirect: the result is shown once and has no URL. */
const showing =
  <T>(shownOf: (value: T) => Shown) =>
  async (context: PageContext, value: T): Promise<Response> =>
    await showEndpoint(context, shownOf(value));

/** The reason with the person and the time, which no column stores. */
async function pauseReason({ c, deps, who }: PageContext): Promise<string> {
  const at = deps.now().toISOString().slice(0, 16).replace("T", " ");
  const why = (await fieldOf(c, "reason")).trim().slice(0, 100);
  return `paused by ${who.slice(0, 60)}, ${at} UTC${why === "" ? "" : `: ${why}`}`;
}

async function edit(context: PageContext): Promise<Response> {
  const { c, deps } = context;
  const id = idIn(c, "id");
  const typed = typedIn(await formOf(c));
  const { settings, problems } = readSettings(typed);
  if (settings === null) return await showEndpoint(context, { typed, problems });
  const edited = await editEndpoint(deps.forwarding, id, settings);
  if (edited.ok) {
    note(c, "endpoint_edit", { about: id });
    return backWith("edit")(context, null, id);
  }
  if (edited.kind === "unknown") return await showUnknown(context);
  if (edited.kind === "conflict") return await showEndpoint(context, { refused: edited.reason });
  return await showEndpoint(context, { typed, problems: problemsOf(edited) });
}

export const endpointPages: Readonly<Record<string, Serve>> = {
  "/endpoints": endpoints,
  "/endpoints/:id": endpoint,
  "/endpoints/:id/replay": countReplay,
};

export const endpointActions: Readonly<Record<string, Serve>> = {
  "/endpoints": add,
  "/endpoints/:id": edit,
  "/endpoints/:id/test": acting({
    name: "test",
    run: testEndpoint,
    answer: showing((test) => ({ test })),
  }),
  "/endpoints/:id/pause": acting({
    name: "pause",
    run: async (deps, id, context) => await pauseEndpoint(deps, id, await pauseReason(context)),
    answer: backWith("pause"),
  }),
  "/endpoints/:id/resume": acting({
    name: "resume",
    run: resumeEndpoint,
    answer: backWith("resume"),
  }),
  "/endpoints/:id/secret": acting({
    name: "secret",
    run: showSecret,
    answer: showing((secret) => ({ secret })),
  }),
  "/endpoints/:id/rotate": acting({
    name: "rotate",
    run: rotateEndpoint,
    answer: showing((secret) => ({ secret })),
  }),
  "/endpoints/:id/delete": acting({
    name: "delete",
    run: removeEndpoint,
    answer: ({ c }) => c.redirect(withQuery(ENDPOINTS, { did: "delete" }), 303),
  }),
  "/endpoints/:id/replay": sendReplay,
};
