/** Other data of an order: the customer, note, coupon, metadata, and fields without a column. */
import { ERASED } from "../../../events/erased-body";
import { isObject, isPresent, type JsonObject, parseJson } from "../../../events/values";
import type { Child } from "hono/jsx";
import { type Field, fieldsIn } from "../../../projection/money-status/fields";
import type { Entity } from "../../../projection/registers";
import { type ExplainedOrder, ownRows, type Row, textIn } from "../../order-view";
import { withQuery } from "../../links";
import { capital, clip, count, visible } from "../../text";
import { nouns, Why } from "./explained";
import { Empty, Facts, Part, Text, Time } from "../parts";

/** Characters of a value that are shown: a note may be as long as a body. */
const VALUE_SHOWN_CHARACTERS = 500;
const NAME_SHOWN_CHARACTERS = 64;
/** Fields per row that are shown, and rows per kind. */
const FIELDS_SHOWN = 100;
const ROWS_SHOWN = 50;

const TAX_ID = "tax_identification_number";

type Fact = readonly [string, Child];

/** Text from an event, up to a length that people still read. */
function Said({ of }: { readonly of: string }) {
  return <Text of={clip(of, VALUE_SHOWN_CHARACTERS)} whole />;
}

function fact(name: string, value: string | null): Fact {
  return [name, value === null ? null : <Said of={value} />];
}

function parseAddress(json: string | null): JsonObject {
  const parsed = parseJson(json);
  return isObject(parsed) ? parsed : {};
}

/** The lines of an address, the name first; the page shows the tax id separately. */
function linesOf(address: JsonObject): readonly string[] {
  const { name, business_name: business, [TAX_ID]: _taxId, ...place } = address;
  const lines = [name, business, ...Object.values(place)].filter(isPresent).map(String);
  return lines.length > 0 && lines.every((line) => line === ERASED) ? [ERASED] : lines;
}

function Address({ lines }: { readonly lines: readonly string[] }) {
  return (
    <address>
      {lines.map((line) => (
        <span>
          <Said of={line} />
        </span>
      ))}
    </address>
  );
}

/** Indian tax ids get their own name. */
function taxIdFact(address: JsonObject): Fact {
  const value = address[TAX_ID];
  const id = typeof value === "string" ? value : null;
  const isGstin = id !== null && /^\d\d[A-Z]{5}\d{4}[A-Z][A-Z\d]Z[A-Z\d]$/.test(id);
  return fact(isGstin ? "GSTIN" : "Tax id", id);
}

/** A link to write to or call the customer, if the text is a valid address or number. */
function Contact({ scheme, of }: { readonly scheme: "mailto" | "tel"; readonly of: string }) {
  const form = scheme === "tel" ? /^\+\d{6,15}$/ : /^[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+$/;
  return form.test(of) ? (
    <a href={`${scheme}:${of}`}>
      <Said of={of} />
    </a>
  ) : (
    <Said of={of} />
  );
}

function Place({ id, title, lines }: { id: string; title: string; lines: readonly string[] }) {
  return lines.length === 0 ? null : (
    <Part id={id} title={title}>
      <Address lines={lines} />
    </Part>
  );
}

/** The billing address is left out if it equals the shipping address. */
export function Customer({ order }: { readonly order: Row }) {
  const billing = parseAddress(textIn(order, "billing_address"));
  const goesTo = linesOf(parseAddress(textIn(order, "shipping_address")));
  const billedTo = linesOf(billing);
  const isElsewhere = billedTo.length > 0 && billedTo.join("\n") !== goesTo.join("\n");
  const [email, phone] = [textIn(order, "customer_email"), textIn(order, "customer_phone")];
  const facts: readonly Fact[] = [
    fact("Name", textIn(order, "customer_name")),
    ["E-mail", email === null ? null : <Contact scheme="mailto" of={email} />],
    ["Phone", phone === null ? null : <Contact scheme="tel" of={phone} />],
    fact("Customer id", textIn(order, "customer_id")),
    taxIdFact(billing),
  ];
  const isUnknown = facts.every(([, value]) => value === null);
  const contact = email ?? phone ?? textIn(order, "customer_name");
  const person = withQuery("/console/people", { order: textIn(order, "order_number") ?? "" });
  return (
    <>
      <Part
        id="customer"
        title="Customer"
        beside={<Why entity="orders" row={textIn(order, "order_number")} register="customer" />}
      >
        {isUnknown ? <Empty>No event has named the customer.</Empty> : <Facts of={facts} />}
        {isUnknown ? null : (
          <p class="actions">
            {contact === null ? null : (
              <a href={withQuery("/console/search", { q: contact })}>Other orders</a>
            )}
            <a href={person}>Export or erase this person</a>
          </p>
        )}
      </Part>
      <Place id="ships-to" title="Ships to" lines={goesTo} />
      <Place id="bills-to" title="Bills to" lines={isElsewhere ? billedTo : []} />
    </>
  );
}

function Metadata({ fields }: { readonly fields: readonly Field[] }) {
  return (
    <ul class="values">
      {fields.slice(0, FIELDS_SHOWN).map(({ name, says }) => (
        <li>
          <span class="soft">
            <Text of={name} />:{" "}
          </span>
          <Said of={says} />
        </li>
      ))}
      {fields.length > FIELDS_SHOWN ? <li class="soft">{andMore(fields)}</li> : null}
    </ul>
  );
}

/** The notes of the customer and the shop; nothing if there are none. */
export function Remarks({ order }: { readonly order: Row }) {
  const [note, coupon] = [textIn(order, "customer_note"), textIn(order, "coupon_code")];
  const metadata = fieldsIn(textIn(order, "metadata"));
  if (note === null && coupon === null && metadata.length === 0) return null;
  return (
    <Part id="remarks" title="Note, coupon, metadata">
      <Facts
        of={[
          fact("Note", note),
          fact("Coupon", coupon),
          ["Metadata", metadata.length === 0 ? null : <Metadata fields={metadata} />],
        ]}
      />
    </Part>
  );
}

function andMore(fields: readonly Field[]): string {
  return `and ${count(fields.length - FIELDS_SHOWN, "more field")}`;
}

function Value({ of }: { readonly of: string }) {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(of) ? <Time at={of} /> : <Said of={of} />;
}

/** The unchanged name, so that people can find it in the body and in `extra`; lines may break after an underscore. */
function Name({ of }: { readonly of: string }) {
  const parts = clip(visible(of), NAME_SHOWN_CHARACTERS).split(/(?<=_)/);
  return (
    <code>
      <bdi>
        {parts.map((part) => (
          <>
            {part}
            <wbr />
          </>
        ))}
      </bdi>
    </code>
  );
}

function Fields({ of }: { readonly of: readonly Field[] }) {
  return (
    <>
      <dl class="facts fields">
        {of.slice(0, FIELDS_SHOWN).map(({ name, says }) => (
          <div>
            <dt>
              <Name of={name} />
            </dt>
            <dd>
              <Value of={says} />
            </dd>
          </div>
        ))}
      </dl>
      {of.length > FIELDS_SHOWN ? <p class="soft">{capital(andMore(of))}.</p> : null}
    </>
  );
}

interface Described {
  readonly entity: Entity;
  readonly key: string;
  readonly fields: readonly Field[];
}

function describedRows(view: ExplainedOrder): readonly Described[] {
  return (["payments", "refunds", "shipments"] as const).flatMap((entity) =>
    ownRows(view, entity)
      .map((row) => ({
        entity,
        key: textIn(row, `${entity.slice(0, -1)}_id`) ?? "",
        fields: fieldsIn(textIn(row, "extra")),
      }))
      .filter(({ fields }) => fields.length > 0)
      .slice(0, ROWS_SHOWN),
  );
}

/** Fields from Commerce Engine without a column; nothing if there are none. */
export function OtherFields({
  view,
  order,
}: {
  readonly view: ExplainedOrder;
  readonly order: Row;
}) {
  const own = fieldsIn(textIn(order, "extra"));
  const rows = describedRows(view);
  if (own.length === 0 && rows.length === 0) return null;
  return (
    <Part id="other" title="Other fields">
      {own.length === 0 ? null : (
        <details>
          <summary>Order</summary>
          <Fields of={own} />
        </details>
      )}
      {rows.map(({ entity, key, fields }) => (
        <details>
          <summary>
            {capital(nouns[entity])} <Text of={key} />
          </summary>
          <Fields of={fields} />
        </details>
      ))}
    </Part>
  );
}
