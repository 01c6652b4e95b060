/** The actions on an endpoint, each with its confirmation and its result. */
import { DEFAULT_ENDPOINT } from "../../../projection/outbox-rows";
import type { EndpointSecret, EndpointTest } from "../../forwarding/endpoint-acts";
import type { EndpointView } from "../../forwarding/endpoints";
import { below } from "../../links";
import { count } from "../../text";
import { ActionForm, Facts, Notice, Part, Text, Time } from "../parts";

interface ActionsProps {
  readonly endpoint: EndpointView;
  readonly path: string;
}

function PauseOrResume({ endpoint, path }: ActionsProps) {
  const pending = count(endpoint.pending, "delivery", "deliveries");
  if (endpoint.status !== "active") {
    return (
      <ActionForm
        to={below(path, "resume")}
        label="Resume"
        ask={<p>{`What waits for it goes out in the order of receipt: ${pending}.`}</p>}
      />
    );
  }
  return (
    <ActionForm
      to={below(path, "pause")}
      label="Pause"
      ask={<p>What comes for it waits until somebody resumes it. Nothing is lost.</p>}
    >
      <div>
        <label for="reason">Reason (for colleagues)</label>
        <input id="reason" name="reason" maxlength={100} autocomplete="off" />
      </div>
    </ActionForm>
  );
}

export function EndpointActions({ endpoint, path }: ActionsProps) {
  const { pending } = endpoint;
  return (
    <div class="actions">
      <ActionForm
        to={below(path, "test")}
        label="Send a test event"
        ask={<p>One signed request of the type endpoint.test is sent now, whatever its state.</p>}
      />
      <PauseOrResume endpoint={endpoint} path={path} />
      {endpoint.id === DEFAULT_ENDPOINT ? null : (
        <>
          <ActionForm to={below(path, "secret")} label="Show the secret" quiet />
          <ActionForm
            to={below(path, "rotate")}
            label="Rotate the secret"
            ask={
              <p>
                A new secret signs from now on. The one before signs too for a day: change the other
                system over within it.
              </p>
            }
          />
          <ActionForm
            to={below(path, "delete")}
            label="Delete"
            ask={
              <p>
                {pending === 0
                  ? "No delivery is due for it. "
                  : `${count(pending, "delivery is", "deliveries are")} due for it, and will never be sent. `}
                It cannot be taken back: an endpoint that is added again has another secret.
              </p>
            }
          />
        </>
      )}
    </div>
  );
}

const outcomes: Readonly<Record<EndpointTest["outcome"], string>> = {
  sent: "The endpoint took the test event.",
  retry: "The endpoint did not take the test event; a delivery would be tried again.",
  rejected: "The endpoint rejected the test event; a delivery would fail.",
  down: "The endpoint refused the test event as it does all others; a delivery would wait.",
  unknown: "The endpoint did not answer the test event.",
  gone: "The endpoint answered that it is gone for good.",
};

export function TestShown({ of }: { readonly of: EndpointTest }) {
  const { outcome, status, ms, answer } = of;
  return (
    <Notice bad={outcome !== "sent"}>
      {`${outcomes[outcome]} ${status === null ? "No answer" : `Status ${String(status)}`} after ${ms.toLocaleString("en")} ms`}
      {answer === null || answer === "" ? (
        "."
      ) : (
        <>
          : <Text of={answer} whole />
        </>
      )}
    </Notice>
  );
}

export function SecretShown({ of }: { readonly of: EndpointSecret }) {
  return (
    <Part id="secret" title="Secret">
      <Facts
        of={[
          ["Now", <code>{of.secret}</code>],
          ["Before", of.previous === null ? null : <code>{of.previous}</code>],
          ["Signs too until", of.previous_until === null ? null : <Time at={of.previous_until} />],
        ]}
      />
      <p class="soft">
        It verifies the header webhook-signature. It is derived each time and stored nowhere;
        whoever has it can sign in the name of this receiver.
      </p>
    </Part>
  );
}
