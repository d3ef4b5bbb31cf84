import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64, escapeHtml, html, htmlPage, sha256, utf8 } from '../src/index.js';

test('a value is text, whatever it says; markup is what the program wrote', () => {
  const hostile = '<img src=x onerror=alert(1)>"\'&';
  expect(html`<p title="${hostile}">${hostile}${1}${null}${[html`<b>${'<'}</b>`]}</p>`.text).toBe(
    '<p title="&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;">&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;1<b>&lt;</b></p>',
  );
});

test.each([
  ['a control', '\u0000'],
  ['a right-to-left override', '\u202e'],
  ['an isolate', '\u2066'],
  ['a mark of direction', '\u200f'],
  ['a joiner that takes no room', '\u200d'],
  ['a tag character', '\u{e0041}'],
  ['half of a pair', '\ud800'],
])('%s is shown as what it is: something strange', (_name, sign) => {
  expect(escapeHtml(`a${sign}b`)).toBe('a\ufffdb');
});

test('no text can leave an element or a quoted attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
    }),
  );
});

test('a page lets its own style in and nothing else', () => {
  const style = 'p{color:#000}';
  const page = htmlPage({ title: 'A <b>', style, skip: 'Skip', body: html`<main id="main"></main>` });
  const digest = base64(sha256(utf8(style)));
  expect(page).toContain(
    escapeHtml(`default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`),
  );
  const shown = htmlPage({ title: 'A', style, skip: 'Skip', body: html``, pictures: true });
  expect(shown).toContain(escapeHtml(`style-src 'sha256-${digest}'; img-src data:; base-uri 'none'`));
  expect(page).toContain('<title>A &lt;b&gt;</title>');
  expect(page).toContain('<html lang="en-GB">');
});
