/**
 * The blocks of an e-mail as HTML: tables with inline styles, and classes for the dark colours of layout.tsx. The JSX
 * escapes every text.
 */
import type { Child } from "hono/jsx";
import { type Accents, light } from "./colours";
import type { AmountRow, Block, ItemRow } from "./content";

const title = `margin:0 0 8px;font-size:13px;line-height:18px;font-weight:600;color:${light.quiet}`;
const rule = `border-bottom:1px solid ${light.line}`;
const cell = `padding:10px 0;vertical-align:top;font-size:15px;line-height:22px;color:${light.ink}`;
/** Digits of equal width, so that amounts align. */
const rightwards =
  "width:1%;padding-left:16px;text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums";

/** A table for layout only: a screen reader must not announce it. */
const Table = ({ style, children }: { style?: string; children: Child }) => (
  <table
    role="presentation"
    width="100%"
    cellpadding="0"
    cellspacing="0"
    style={`width:100%;border-collapse:collapse;${style ?? ""}`}
  >
    {children}
  </table>
);

const Paragraph = ({ text }: { text: string }) => (
  <p
    class="ink"
    style={`margin:0 0 16px;font-size:16px;line-height:25px;color:${light.ink};overflow-wrap:anywhere;word-break:break-word`}
  >
    {text.split("\n").flatMap((line, index) => (index === 0 ? [line] : [<br />, line]))}
  </p>
);

/** The cell has the colour, so that Outlook shows a button too. */
interface ButtonProps {
  readonly label: string;
  readonly url: string;
  readonly accents: Accents;
}

const Button = ({ label, url, accents }: ButtonProps) => (
  <table
    role="presentation"
    class="wide"
    cellpadding="0"
    cellspacing="0"
    style="margin:8px 0 24px;border-collapse:separate"
  >
    <tr>
      <td class="button" style={`border-radius:8px;background:${accents.light}`}>
        <a
          class="label"
          href={url}
          style={`display:inline-block;padding:13px 28px;color:${accents.onLight};font-size:16px;line-height:22px;font-weight:600;text-decoration:none`}
        >
          {label}
        </a>
      </td>
    </tr>
  </table>
);

/** The size of a picture, in pixels. Its row keeps this height before the picture loads, and if it never does. */
const PICTURE_PX = 64;

const Picture = ({ item, line }: { item: ItemRow; line: string }) => (
  <td
    class="line"
    style={`width:${PICTURE_PX}px;padding:10px 16px 10px 0;vertical-align:top${line}`}
  >
    {item.picture === null ? null : (
      <img
        src={item.picture}
        width={PICTURE_PX}
        height={PICTURE_PX}
        alt={item.name}
        style={`display:block;border-radius:8px;object-fit:cover;background:${light.page};font-size:11px;line-height:14px;color:${light.quiet};overflow:hidden`}
      />
    )}
  </td>
);

const Item = (props: { item: ItemRow; ruled: boolean; hasPictures: boolean }) => {
  const { item, ruled, hasPictures } = props;
  const line = ruled ? `;${rule}` : "";
  return (
    <tr>
      {hasPictures ? <Picture item={item} line={line} /> : null}
      <td class="ink line" style={`${cell};overflow-wrap:anywhere;word-break:break-word${line}`}>
        {item.name}
        {item.detail === null ? null : (
          <span class="quiet" style={`display:block;font-size:14px;color:${light.quiet}`}>
            {item.detail}
          </span>
        )}
      </td>
      <td class="ink line" style={`${cell};${rightwards}${line}`}>
        {item.amount}
      </td>
    </tr>
  );
};

/** A line of the sum. The first has space above it; the total stands out. */
const Sum = (props: { row: AmountRow; first: boolean; columns: number }) => {
  const { row, first, columns } = props;
  const strong = row.strong === true;
  const tone = strong ? "ink" : "quiet";
  const type = strong ? "font-size:18px;font-weight:700" : "font-size:15px;font-weight:400";
  const top = first ? 16 : strong ? 10 : 4;
  const style = `padding:${top}px 0 0;${type};line-height:24px;vertical-align:top;color:${light[tone]}`;
  return (
    <tr>
      <td class={tone} colspan={columns} style={style}>
        {row.label}
      </td>
      <td class={tone} style={`${style};${rightwards}`}>
        {row.amount}
      </td>
    </tr>
  );
};

const Items = ({ title: heading, items, totals }: Extract<Block, { kind: "items" }>) => {
  const hasPictures = items.some(({ picture }) => picture !== null);
  return (
    <div style="margin:8px 0 24px">
      <p class="quiet" style={title}>
        {heading}
      </p>
      <Table>
        {items.map((item, index) => (
          <Item
            item={item}
            ruled={totals.length > 0 || index < items.length - 1}
            hasPictures={hasPictures}
          />
        ))}
        {totals.map((row, index) => (
          <Sum
            row={row}
            first={index === 0 && items.length > 0}
            columns={hasPictures && items.length > 0 ? 2 : 1}
          />
        ))}
      </Table>
    </div>
  );
};

const Lines = ({ title: heading, lines }: Extract<Block, { kind: "lines" }>) => (
  <div style="margin:8px 0 24px">
    <p class="quiet" style={title}>
      {heading}
    </p>
    {lines.map((line) => (
      <p
        class="ink"
        style={`margin:0;font-size:15px;line-height:23px;color:${light.ink};overflow-wrap:anywhere;word-break:break-word`}
      >
        {line}
      </p>
    ))}
  </div>
);

const Facts = ({ facts }: Extract<Block, { kind: "facts" }>) => (
  <div style="margin:8px 0 24px">
    <Table>
      {facts.map((fact, index) => {
        const line = index < facts.length - 1 ? `;${rule}` : "";
        const plain = "padding:9px 0;vertical-align:top;line-height:22px";
        return (
          <tr>
            <td
              class="quiet line"
              style={`${plain};font-size:14px;color:${light.quiet};width:1%;white-space:nowrap${line}`}
            >
              {fact.label}
            </td>
            <td
              class="ink line"
              style={`${plain};padding-left:16px;text-align:right;font-size:15px;color:${light.ink};font-variant-numeric:tabular-nums;overflow-wrap:anywhere;word-break:break-word${line}`}
            >
              {fact.value}
            </td>
          </tr>
        );
      })}
    </Table>
  </div>
);

export const BlockView = ({ block, accents }: { block: Block; accents: Accents }) => {
  switch (block.kind) {
    case "paragraph":
      return <Paragraph text={block.text} />;
    case "button":
      return <Button label={block.label} url={block.url} accents={accents} />;
    case "items":
      return <Items {...block} />;
    case "lines":
      return <Lines {...block} />;
    case "facts":
      return <Facts {...block} />;
  }
};
