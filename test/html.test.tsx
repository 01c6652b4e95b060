/** JSX becomes HTML in which no text can be markup. */
import type { Child } from "hono/jsx";
import { describe, expect, it } from "vitest";
import { type Element, htmlOf } from "../src/html";

const hostile = `</p><script>"'&`;
const harmless = "&lt;/p&gt;&lt;script&gt;&quot;&#39;&amp;";

function List({ of, children }: { readonly of: readonly string[]; readonly children?: Child }) {
  return (
    <ul>
      {of.map((text) => (
        <li>{text}</li>
      ))}
      {children}
    </ul>
  );
}

async function Late() {
  return await Promise.resolve(<p>late</p>);
}

describe("an element", () => {
  it.each<[string, Element, string]>([
    ["text", <p>{hostile}</p>, `<p>${harmless}</p>`],
    ["an attribute", <p title={hostile} />, `<p title="${harmless}"></p>`],
    ["numbers", <td colspan={2}>{0}</td>, '<td colspan="2">0</td>'],
    ["nothing", <p title={undefined}>{[null, undefined, true, false, ""]}</p>, "<p></p>"],
    ["an attribute without a value", <input required hidden={false} />, '<input required=""/>'],
    [
      "a component, its children and a fragment",
      <List of={["a", "<"]}>
        <>
          <li>b</li>c
        </>
      </List>,
      "<ul><li>a</li><li>&lt;</li><li>b</li>c</ul>",
    ],
  ])("holds %s", (_, element, expected) => {
    expect(htmlOf(element)).toBe(expected);
  });

  it("is never waited for", async () => {
    const late = Late();
    expect(() => htmlOf(late)).toThrow("an asynchronous component");
    await late;
  });
});
