// Readers of their own for what the exports write: each follows the standard's grammar and throws at the first departure.

/** An element with its attributes and children; text only where there are no children. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
  readonly text: string;
}

const NAME = /[A-Za-z_][A-Za-z0-9._-]*/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A strict reader of the XML 1.0 that an audit message may be: no comments, no CDATA, no DOCTYPE, one root. */
export function parseXml(source: string): XmlNode {
  let at = 0;
  const fail = (what: string): never => {
    throw new Error(`XML: ${what} at ${at}`);
  };
  const take = (text: string): void => {
    if (!source.startsWith(text, at)) fail(`expected ${text}`);
    at += text.length;
  };
  const name = (): string => {
    NAME.lastIndex = at;
    const found = NAME.exec(source)?.[0] ?? fail('expected a name');
    at += found.length;
    return found;
  };
  const decoded = (raw: string): string =>
    raw.replace(/&([^;&]*);|[<&>"']/g, (found, entity: string | undefined) => {
      if (entity === undefined) return fail(`raw ${found}`);
      if (ENTITIES[entity] !== undefined) return ENTITIES[entity];
      const point = /^#x[0-9a-f]+$/.test(entity) ? Number.parseInt(entity.slice(2), 16) : fail('unknown entity');
      // The production Char of XML 1.0, section 2.2.
      const legal =
        [0x9, 0xa, 0xd].includes(point) ||
        (point >= 0x20 && point <= 0xd7ff) ||
        (point >= 0xe000 && point <= 0xfffd) ||
        (point >= 0x10000 && point <= 0x10ffff);
      return legal ? String.fromCodePoint(point) : fail('an illegal character');
    });
  const element = (): XmlNode => {
    take('<');
    const tag = name();
    const attributes: Record<string, string> = {};
    while (source[at] === ' ') {
      at++;
      const key = name();
      take('="');
      const end = source.indexOf('"', at);
      if (end < 0 || key in attributes) fail('a bad attribute');
      attributes[key] = decoded(source.slice(at, end));
      at = end + 1;
    }
    if (source.startsWith('/>', at)) {
      at += 2;
      return { name: tag, attributes, children: [], text: '' };
    }
    take('>');
    const children: XmlNode[] = [];
    const start = at;
    while (source[at] === '<' && source[at + 1] !== '/') children.push(element());
    let text = '';
    if (children.length === 0) {
      const end = source.indexOf('<', start);
      text = decoded(source.slice(start, end < 0 ? fail('an open element') : end));
      at = end;
    }
    take(`</${tag}>`);
    return { name: tag, attributes, children, text };
  };
  if (/[^\x20-\x7e]/.test(source)) fail('not ASCII');
  take('<?xml version="1.0" encoding="UTF-8"?>');
  const root = element();
  return at === source.length ? root : fail('something after the root');
}

/** What RFC 5424 section 6 sees in a line. */
export interface SyslogLine {
  readonly priority: number;
  readonly timestamp: string;
  readonly hostname: string;
  readonly app: string;
  readonly procid: string;
  readonly msgid: string;
  readonly data: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly message: string;
}

const HEADER =
  /^<(0|[1-9]\d{0,2})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) /;
const SD_NAME = /^[\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32}$/;

/** Reads a line by the ABNF of RFC 5424. */
export function parseSyslog(line: string): SyslogLine {
  const head = HEADER.exec(line);
  if (!head || Number(head[1]) > 191) throw new Error('syslog: header');
  let at = head[0].length;
  const data: Record<string, Record<string, string>> = {};
  if (line[at] === '-') at++;
  else {
    if (line[at] !== '[') throw new Error('syslog: structured data');
    while (line[at] === '[') {
      const id = /^[^ \]]+/.exec(line.slice(at + 1))?.[0] ?? '';
      if (!SD_NAME.test(id) || !/^[^@]+@[1-9]\d*$/.test(id) || id in data) throw new Error('syslog: SD-ID');
      at += 1 + id.length;
      const values: Record<string, string> = {};
      while (line[at] === ' ') {
        const name = /^[^=]*/.exec(line.slice(at + 1))![0];
        if (!SD_NAME.test(name)) throw new Error('syslog: PARAM-NAME');
        at += 1 + name.length;
        if (line.slice(at, at + 2) !== '="') throw new Error('syslog: PARAM');
        at += 2;
        let value = '';
        for (; line[at] !== '"'; at++) {
          if (at >= line.length || line[at] === ']') throw new Error('syslog: PARAM-VALUE');
          if (line[at] === '\\' && ['"', '\\', ']'].includes(line[at + 1]!)) at++;
          value += line[at];
        }
        at++;
        values[name] = value;
      }
      if (line[at] !== ']') throw new Error('syslog: end of SD-ELEMENT');
      at++;
      data[id] = values;
    }
  }
  if (at < line.length && line[at] !== ' ') throw new Error('syslog: MSG');
  const [, priority, timestamp, hostname, app, procid, msgid] = head;
  return {
    priority: Number(priority),
    timestamp: timestamp!,
    hostname: hostname!,
    app: app!,
    procid: procid!,
    msgid: msgid!,
    data,
    message: line.slice(at + 1),
  };
}

/** Reads a CEF line: seven header fields between pipes, then `key=value` pairs. */
export function parseCef(line: string): { header: readonly string[]; fields: Readonly<Record<string, string>> } {
  const header: string[] = [];
  let at = 0;
  for (let part = ''; header.length < 7; at++) {
    if (at >= line.length) throw new Error('CEF: header');
    if (line[at] === '|') {
      header.push(part);
      part = '';
    } else if (line[at] === '\\') {
      if (line[at + 1] !== '\\' && line[at + 1] !== '|') throw new Error('CEF: header escape');
      part += line[++at];
    } else part += line[at];
  }
  const fields: Record<string, string> = {};
  // A key is what stands before an equals sign that nothing escapes, back to the space before it.
  const rest = line.slice(at);
  const signs: number[] = [];
  for (let i = 0; i < rest.length; i++) {
    if (rest[i] === '\\') {
      if (!['\\', '=', 'n', 'r'].includes(rest[i + 1]!)) throw new Error('CEF: extension escape');
      i++;
    } else if (rest[i] === '=') signs.push(i);
  }
  signs.forEach((sign, i) => {
    const start = rest.lastIndexOf(' ', sign) + 1;
    const key = rest.slice(start, sign);
    const following = signs[i + 1];
    const end = following === undefined ? rest.length : rest.lastIndexOf(' ', following);
    if (!/^[A-Za-z0-9]+$/.test(key) || key in fields) throw new Error(`CEF: key ${key}`);
    fields[key] = rest.slice(sign + 1, end).replace(/\\([\\=])/g, '$1');
  });
  return { header, fields };
}
