/** One person: how much is stored about them, with export and erasure. */
import { ERASURE_ORDERS_COUNTED } from "../../privacy-limits";
import { type Erasure, loadErasure } from "../../store/privacy/erasure";
import { countHeld, type Customer, type HeldCounts } from "../../store/privacy/person";
import { note } from "../activity/note";
import { withQuery } from "../links";
import { asked, chosenIn, decoded, fieldOf, type PageContext } from "../page-context";
import { Page, show } from "../pages/page";
import {
  Badge,
  type Column,
  Empty,
  Facts,
  Live,
  Notice,
  Part,
  Ref,
  Table,
  Text,
  Time,
} from "../pages/parts";
import { clip, count, visible } from "../text";
import { exportFile } from "./export-file";
import { confirmedBy, loadPerson, ORDERS_SHOWN, peopleOf, type Person } from "./person";

const PATH = "/console/people";

const inForm = (number: string): string => encodeURIComponent(number.toWellFormed());

/** Hidden fields for the person and, if only a name is stored, for their chosen orders. */
function Which({ person }: { readonly person: Person }) {
  return (
    <>
      <input type="hidden" name="order" value={inForm(person.order_number)} />
      {person.isNameOnly
        ? person.chosen.map((one) => <input type="hidden" name="own" value={inForm(one)} />)
        : null}
    </>
  );
}

const orderColumns: readonly Column<Customer>[] = [
  { head: "Order", as: "word", cell: ({ order_number: id }) => <Ref to="orders" id={id} /> },
  { head: "Customer", as: "short", cell: ({ customer_name: name }) => <Text of={name} /> },
  { head: "E-mail", as: "short", cell: ({ customer_email: email }) => <Text of={email} /> },
  { head: "Phone", as: "short", cell: ({ customer_phone: phone }) => <Text of={phone} /> },
];

function Orders({ person }: { readonly person: Person }) {
  const { orders, isNameOnly, chosen, order_number: order } = person;
  const pick: Column<Customer> = {
    head: "Theirs",
    cell: ({ order_number: one }) => (
      <input
        type="checkbox"
        name="own"
        value={inForm(one)}
        checked={chosen.includes(one)}
        aria-label={`Order ${clip(visible(one), 40)} is theirs`}
      />
    ),
  };
  const table = (
    <>
      <Table
        caption={isNameOnly ? "Orders under this name" : "Orders of this address or number"}
        columns={isNameOnly ? [pick, ...orderColumns] : orderColumns}
        rows={orders.slice(0, ORDERS_SHOWN)}
      />
      {orders.length > ORDERS_SHOWN ? <p class="soft">And more.</p> : null}
    </>
  );
  const people = peopleOf(person);
  return (
    <Part id="orders" title="Orders">
      {isNameOnly ? (
        <form method="get" action={PATH}>
          <p>
            Nothing but a name is stored by which this customer can be found, and several people may
            have the same name. Choose the orders that are theirs.
          </p>
          <input type="hidden" name="of" value={inForm(order)} />
          {table}
          <button class="outline">Count what these orders hold</button>
        </form>
      ) : (
        <>
          {people.length > 1 ? (
            <Notice bad>
              {count(people.length, "person", "people")} have orders under this address or number:{" "}
              <Text of={people.join(", ")} whole />. An export and an erasure are of all of them.
            </Notice>
          ) : null}
          {table}
        </>
      )}
    </Part>
  );
}

function ExportForm({ person }: { readonly person: Person }) {
  return (
    <Part id="export" title="Export">
      <p>
        A file with everything that is stored about this person: orders, events with their bodies,
        messages, and the archive.
      </p>
      <form method="post" action={`${PATH}/export`}>
        <Which person={person} />
        <button class="outline">Export as JSON</button>
      </form>
    </Part>
  );
}

function EraseForm(props: {
  readonly person: Person;
  readonly held: HeldCounts;
  readonly problem: string | null;
}) {
  const { person, held, problem } = props;
  const most = held.orders >= ERASURE_ORDERS_COUNTED ? "at least " : "";
  return (
    <Part id="erase" title="Erase">
      <p>
        This would remove <Text of={peopleOf(person).join(", ")} whole /> from {most}
        {count(held.orders, "order")}, {count(held.events, "event")} and{" "}
        {count(held.notifications, "message")}, and from every other stored or archived body that
        names the address, the number or one of these orders. Amounts, dates and statuses stay. It
        cannot be undone, and what names them later is stored without the person.
      </p>
      {problem === null ? null : <Notice bad>{problem}</Notice>}
      <p>
        To confirm, type{" "}
        <b>
          <Text of={confirmedBy(person)} whole />
        </b>
        :
      </p>
      <form method="post" action={`${PATH}/erase`} class="filters">
        <Which person={person} />
        <div class="fields">
          <label>
            {person.isNameOnly
              ? "Name"
              : person.customer_email === null
                ? "Phone"
                : "E-mail address"}
            <input name="confirm" autocomplete="off" required />
          </label>
          <button>Erase this person</button>
        </div>
      </form>
    </Part>
  );
}

function ContactFacts({ person }: { readonly person: Person }) {
  const { customer_email: email, customer_phone: phone } = person;
  return (
    <Facts
      of={[
        ["E-mail", email === null ? null : <Text of={email} whole />],
        ["Phone", phone === null ? null : <Text of={phone} whole />],
      ]}
    />
  );
}

async function showPerson(
  { c, deps, who }: PageContext,
  person: Person,
  problem: string | null,
): Promise<Response> {
  const { contacts } = person;
  const held = await countHeld(deps.db, contacts);
  const page = (
    <Page title={person.customer_name ?? "Person"} who={who} path={PATH}>
      <h1>
        <Text of={person.customer_name ?? "Person"} />
      </h1>
      <ContactFacts person={person} />
      {contacts.length === 0 ? (
        <Empty>
          Nothing of this customer is stored by which a person is known: they are erased already, or
          no event has named one.
        </Empty>
      ) : (
        <>
          <Orders person={person} />
          <ExportForm person={person} />
          <EraseForm person={person} held={held} problem={problem} />
        </>
      )}
    </Page>
  );
  return show(c, page, problem === null ? 200 : 400);
}

function ErasurePage({ who, erasure }: { readonly who: string; readonly erasure: Erasure }) {
  const { id, finished_at: finishedAt, error } = erasure;
  const path = `${PATH}?erasure=${String(id)}`;
  const state = finishedAt !== null ? "complete" : error === null ? "running" : "stuck";
  return (
    <Page title={`Erasure ${String(id)}`} who={who} path={PATH}>
      <h1>Erasure {id}</h1>
      <Live path={path} beat={finishedAt === null ? "tick" : null}>
        <Facts
          of={[
            ["Status", <Badge status={state === "stuck" ? "failed" : state} as={state} />],
            ["Orders", String(erasure.orders)],
            ["Events", String(erasure.events)],
            ["Messages", String(erasure.notifications)],
            ["Archived events", String(erasure.archived_events)],
            ["Started", <Time at={erasure.requested_at} />],
            ["Finished", finishedAt === null ? null : <Time at={finishedAt} />],
            ["Why it is stuck", error === null ? null : <Text of={error} whole />],
          ]}
        />
        <p class="soft">
          {finishedAt === null
            ? "The cron goes on with it until the inbox and the archive are done. Counts are those of rows that it has changed so far."
            : "The person is erased. Counts are those of rows that were changed."}
        </p>
      </Live>
    </Page>
  );
}

function Unknown({ who }: { readonly who: string }) {
  return (
    <Page title="People" who={who} path={PATH}>
      <h1>People</h1>
      <Empty>
        Search for a name, an e-mail address or a phone number: the person found leads here, to
        export or to erase what is stored about them.
      </Empty>
    </Page>
  );
}

export async function people(context: PageContext): Promise<Response> {
  const { c, deps, who } = context;
  const { order: named, of, erasure: id } = asked(c, ["order", "of", "erasure"]);
  const order = named ?? (of === undefined ? undefined : decoded(of));
  if (id !== undefined) {
    const erasure = await loadErasure(deps.db, Number(id));
    if (erasure !== null) return show(c, <ErasurePage who={who} erasure={erasure} />);
  }
  const own = (c.req.queries("own") ?? []).map(decoded);
  const person = order === undefined ? null : await loadPerson(deps, order, own);
  if (person !== null) return await showPerson(context, person, null);
  return show(c, <Unknown who={who} />, order === undefined && id === undefined ? 200 : 404);
}

/** The person of a posted form; null if their order is no longer known. */
async function personOf({ c, deps }: PageContext): Promise<Person | null> {
  const own = await chosenIn(c, "own");
  return await loadPerson(deps, decoded(await fieldOf(c, "order")), own);
}

export async function exportPerson(context: PageContext): Promise<Response> {
  const { c, deps } = context;
  const person = await personOf(context);
  if (person === null || person.contacts.length === 0) return c.redirect(PATH, 303);
  note(c, "exported", { about: person.order_number });
  c.header("content-type", "application/json; charset=utf-8");
  c.header("content-disposition", 'attachment; filename="export.json"');
  return c.body(exportFile(deps, person.contacts));
}

const fold = (text: string): string => text.trim().toLowerCase();

export async function erasePerson(context: PageContext): Promise<Response> {
  const { c, deps } = context;
  const person = await personOf(context);
  if (person === null || person.contacts.length === 0) return c.redirect(PATH, 303);
  if (fold(await fieldOf(c, "confirm")) !== fold(confirmedBy(person))) {
    const problem = "Nothing was erased: what you typed is not this person's.";
    return await showPerson(context, person, problem);
  }
  const { id } = await deps.erase(person.contacts);
  note(c, "erased", { about: String(id) });
  return c.redirect(withQuery(PATH, { erasure: id }), 303);
}
