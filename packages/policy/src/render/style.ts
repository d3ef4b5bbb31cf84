/**
 * The page's whole style, with the digest at the foot of each printed page.
 *
 * @param digest - of the pack; left out where it is none.
 */
export function pageStyle(digest: string): string {
  const foot = /^sha256-[A-Za-z0-9_-]{43}$/.test(digest) ? digest : '';
  return `${STYLE}@page{@bottom-left{content:"${foot}"}}
`;
}

/** Where there is no room for columns, each cell of a table has the whole width, below the head of its column. */
function stacked(table: string, width: string): string {
  const rules = [
    ['thead', 'position:absolute;left:-999rem'],
    ['', 'display:block'],
    [['tbody', 'tr', 'th[role=rowheader]', 'td', 'caption'], 'display:block'],
    ['tr', 'padding:.6rem 0;border-bottom:1px solid #c3ccd3'],
    [['th[role=rowheader]', 'td'], 'border:0;padding:.1rem 0'],
    ['th[role=rowheader]', 'font-weight:700'],
    ['td[data-label]::before', 'content:attr(data-label) ": ";color:#46535d'],
  ] as const;
  const css = rules.map(
    ([parts, style]) =>
      `${[parts]
        .flat()
        .map((part) => `${table} ${part}`)
        .join()}{${style}}`,
  );
  return `@media screen and (max-width:${width}){${css.join('')}}`;
}

const STYLE = `
*{box-sizing:border-box}
:root{color-scheme:light}
body{margin:0;background:#fff;color:#1d262d;font:1rem/1.5 Arial,Helvetica,"Liberation Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
h1{font-size:1.9rem;line-height:1.2;margin:.1rem 0 .6rem}
h2{font-size:1.45rem;line-height:1.25;margin:2.6rem 0 .8rem;padding-top:.8rem;border-top:2px solid #5b6b77}
h3{font-size:1.15rem;margin:1.8rem 0 .6rem}
h4{font-size:1rem;margin:0 0 .5rem}

h1,h2,h3,h4,dd,td,th,li,p{unicode-bidi:isolate}
p,li{max-width:46rem}
p{margin:0 0 .75rem}
ul{margin:0 0 .75rem;padding-left:1.25rem}
ul ul{margin:0}
dd ul,dd p,td ul{margin:0}
a{color:#0b5672}
a:focus-visible{outline:3px solid #0b5672;outline-offset:2px}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:1rem;background:#fff;padding:.5rem}
.quiet,caption{color:#46535d}
.lead{font-size:1.1rem}
code{font:.92em "DejaVu Sans Mono",Consolas,Menlo,monospace}
.id{white-space:nowrap;font-weight:700;color:#0b5672;unicode-bidi:isolate}
.good{color:#1f5c2e}
.bad{color:#a1130a}
.notice{border-left:.35rem solid #a1130a;background:#fdf1f0;padding:.75rem 1rem;margin:1rem 0;max-width:48rem}
.notice p,.notice ul{margin:0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;list-style:none;padding:0;margin:1.2rem 0}
.tiles li{border:1px solid #c3ccd3;padding:.6rem .8rem}
.tiles strong{display:block;font-size:1.3rem}
nav ul{columns:2 14rem;list-style:none;padding:0;margin:1rem 0}
nav a{display:inline-block;padding:.25rem 0}
dl{display:grid;grid-template-columns:minmax(7.5rem,max-content) 1fr;gap:.3rem 1.25rem;margin:0}
dt{font-weight:700}
dd{margin:0;min-width:0}
article{border:1px solid #c3ccd3;padding:.8rem 1rem;margin:0 0 .8rem;max-width:60rem}
article:target{outline:3px solid #0b5672}
.glass{border:2px solid #8a4b06;background:#fdf7ee;padding:1rem 1rem .2rem;max-width:62rem}
.glass article{background:#fff;margin-top:1rem}
.not-enforced article{border-style:dashed}
.tags{margin:0 0 .5rem}
.tag{display:inline-block;border:1px solid #a1130a;color:#a1130a;padding:0 .4rem;font-weight:700}
.tag.soft{border-color:#8a4b06;color:#704007}
table{border-collapse:collapse;width:100%;margin:0 0 1rem}
caption{text-align:left;padding:0 0 .5rem}
th,td{text-align:left;vertical-align:top;min-width:6.5em;padding:.5rem .9rem .5rem 0;border-bottom:1px solid #c3ccd3;font-weight:400}
thead th{font-weight:700;border-bottom:2px solid #5b6b77}
table.matrix{font-size:.74rem;line-height:1.4}
table.matrix th,table.matrix td{min-width:0;padding:.35rem .4rem;border:1px solid #c3ccd3}table.matrix th{overflow-wrap:break-word}
table.matrix thead th{background:#eef2f4;border-bottom:2px solid #5b6b77}
table.matrix .group th{background:#eef2f4;font-weight:700}
table.matrix tbody th[scope=row]{font-weight:700}
.narrow{display:none}
.never{color:#5a6670}
.line{display:block}
.line+.line{margin-top:.25rem}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:1.5rem;margin:1rem 0}
.sign{border:1px solid #5b6b77;padding:1rem}
.sign dl{grid-template-columns:max-content 1fr}
.blank{border-bottom:1px solid #5b6b77;min-height:2.1rem}
.tall{min-height:4rem}
footer{border-top:1px solid #c3ccd3;margin-top:2rem;padding-top:1rem;padding-bottom:2rem}
${stacked('table', '60rem')}
${stacked('table.matrix', '74rem')}
@media screen and (max-width:74rem){table.matrix{font-size:1rem}table.matrix .group{padding:0}table.matrix .group th{padding:.4rem .5rem}table.matrix td,table.matrix tbody th[scope=row]{padding:.15rem .5rem}table.matrix td.never{display:none}.narrow{display:block;font-weight:400;color:#46535d}}
@media screen and (max-width:40rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}header,main,footer{padding-left:.9rem;padding-right:.9rem}.sign dl{grid-template-columns:1fr}}
@media print{body{font-size:9.5pt;line-height:1.4;color:#000}header,main,footer{max-width:none;padding-left:0;padding-right:0}.skip,nav{display:none}a,.id{color:#000;text-decoration:none}h2,h3,h4{break-after:avoid}h1{font-size:20pt}.tiles{grid-template-columns:repeat(5,1fr);gap:.5rem}.lead{font-size:11pt}h2{font-size:14pt;margin-top:1.6rem}h3{font-size:11.5pt}article,.sign,.tiles,.notice,tbody tr,.facts{break-inside:avoid}article{padding:.5rem .7rem;margin-bottom:.5rem}thead{display:table-header-group}table.matrix thead th,table.matrix .group th,.glass{-webkit-print-color-adjust:exact;print-color-adjust:exact}table.matrix{font-size:7.5pt;line-height:1.3}table.matrix th,table.matrix td{padding:.2rem .3rem;overflow-wrap:break-word}.allowed,.forbidden,.not-enforced{columns:2;column-gap:6mm}.allowed h2,.forbidden h2,.not-enforced h2,.allowed>p,.forbidden>p,.not-enforced>p{column-span:all}dl{gap:.15rem .7rem}article dl{grid-template-columns:4.2rem 1fr;font-size:8.5pt;line-height:1.35}article h4{margin-bottom:.25rem;font-size:9.5pt;line-height:1.3}td,th{padding:.25rem .9rem .25rem 0}.group{break-after:avoid}section.matrix{page:wide}.signatures{break-inside:avoid}.notice{background:none;border:1px solid #a1130a;border-left-width:.35rem}}
@page{size:A4;margin:16mm 15mm 18mm;@bottom-right{content:"Page " counter(page) " of " counter(pages);font:8pt Arial,Helvetica,"Liberation Sans",sans-serif}@bottom-left{font:7pt "DejaVu Sans Mono",Consolas,Menlo,monospace}}
@page wide{size:A4 landscape}
`;
