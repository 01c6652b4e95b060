/**
 * Whether a URL can be an endpoint: https, http on loopback only, no credentials, and no literal address that leads
 * into a private network or to the metadata of a machine. The URL parser writes every spelling of an IPv4 address
 * (decimal, octal, hexadecimal, shortened) as four decimal numbers, and IPv6 in its shortest form.
 */

const URL_MAX_CHARACTERS = 2_048;

type Range = readonly [first: string, bits: number];

/** RFC 6890 and what clouds use: this network, private, shared, Azure's metadata, link-local (metadata), benchmarks, multicast, reserved. */
const refusedV4: readonly Range[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
];

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function isIn(address: string, [first, bits]: Range): boolean {
  const size = 2 ** (32 - bits);
  return Math.floor(numberOf(address) / size) === Math.floor(numberOf(first) / size);
}

function hexGroups(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

/** The eight groups of an IPv6 address without brackets, as the URL parser writes it. */
function groupsOf(address: string): readonly number[] {
  const [head = "", tail] = address.split("::");
  const [before, after] = [hexGroups(head), hexGroups(tail ?? "")];
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: gap }, () => 0), ...after];
}

function v4(high = 0, low = 0): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/**
 * The IPv4 address within an IPv6 one: mapped, translated, compatible, NAT64, 6to4 or ISATAP; null if there is none.
 */
function embeddedV4(groups: readonly number[]): string | null {
  if (groups[0] === 0x2002) return v4(groups[1], groups[2]);
  const isLead = (...lead: readonly number[]): boolean =>
    lead.every((group, index) => groups[index] === group);
  const isEmbedded =
    isLead(0, 0, 0, 0, 0, 0xffff) ||
    isLead(0, 0, 0, 0, 0xffff, 0) ||
    isLead(0, 0, 0, 0, 0, 0) ||
    isLead(0x64, 0xff9b, 0, 0, 0, 0) ||
    (((groups[4] ?? 0) & 0xfdff) === 0 && groups[5] === 0x5efe);
  return isEmbedded ? v4(groups[6], groups[7]) : null;
}

/** Why an endpoint must not have this literal address or name; null if it may. */
function whyNotHost(host: string): string | null {
  if (/^\d+(\.\d+){3}$/.test(host)) {
    return refusedV4.some((range) => isIn(host, range))
      ? "it is a private, link-local or reserved address"
      : null;
  }
  if (host.startsWith("[")) {
    const groups = groupsOf(host.slice(1, -1));
    const [first = 0] = groups;
    const embedded = embeddedV4(groups);
    if (embedded !== null) return isLoopback(embedded) ? "write 127.0.0.1" : whyNotHost(embedded);
    // Unique local, link-local, site-local, multicast; local-use NAT64, Teredo, discard-only.
    const isLocal = (first & 0xfe00) === 0xfc00 || (first & 0xff80) === 0xfe80 || first >= 0xff00;
    const [, second = 0] = groups;
    const isReserved =
      (first === 0x64 && second === 0xff9b) ||
      (first === 0x2001 && second === 0) ||
      first === 0x100;
    return isLocal || isReserved ? "it is a private, link-local or reserved address" : null;
  }
  // A name of one word is resolved in the local network, as `metadata` is.
  const name = host.replace(/\.+$/, "");
  return !name.includes(".") ||
    /\.(internal|intranet|lan|local|localdomain|localhost|home\.arpa)$/.test(name)
    ? "its name leads into a private network"
    : null;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}

/** Why a text cannot be the URL of an endpoint, as the end of a sentence; null if it can. */
export function whyNotEndpoint(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || url.hostname === "")
    return "it is not a URL such as https://erp.example/hooks";
  if (text.length > URL_MAX_CHARACTERS) return "it is longer than 2048 characters";
  if (url.username !== "" || url.password !== "") {
    return "it carries credentials; the signature proves who sends";
  }
  if (isLoopback(url.hostname)) {
    return /^https?:$/.test(url.protocol) ? null : "it must begin with https://";
  }
  if (url.protocol !== "https:") return "it must begin with https://";
  return whyNotHost(url.hostname);
}
