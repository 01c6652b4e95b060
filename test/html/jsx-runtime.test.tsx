/** JSX becomes HTML in which no text can be anything but text. */
import { describe, expect, it } from "vitest";
import { type Child, Html } from "../../src/html/jsx-runtime";

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

describe("an element", () => {
  it.each<[string, Html, string]>([
    ["text", <p>{hostile}</p>, `<p>${harmless}</p>`],
    ["an attribute", <p title={hostile} />, `<p title="${harmless}"></p>`],
    ["HTML that is known to be safe", <p>{new Html("<b>")}</p>, "<p><b></p>"],
    ["numbers", <td colspan={2}>{0}</td>, '<td colspan="2">0</td>'],
    ["nothing", <p title={undefined}>{[null, undefined, true, false, ""]}</p>, "<p></p>"],
    ["an attribute without a value", <input required hidden={false} />, '<input required=""/>'],
    ["a script", <script src="/a.js" defer />, '<script src="/a.js" defer=""></script>'],
    [
      "a component, its children and a fragment",
      <List of={["a", "<"]}>
        <>
          <li>b</li>c
        </>
      </List>,
      "<ul><li>a</li><li>&lt;</li><li>b</li>c</ul>",
    ],
  ])("holds %s", (_, { text }, expected) => {
    expect(text).toBe(expected);
  });
});
