/** The report's whole style. Its digest stands in the page's content security policy, so no other style can apply. */
export const STYLE = `
*{box-sizing:border-box}
:root{color-scheme:light}
body{margin:0;background:#fff;color:#1d262d;font:1rem/1.5 Arial,Helvetica,"Liberation Sans","DejaVu Sans",sans-serif;overflow-wrap:break-word}
header,main,footer{max-width:60rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.5rem}
h1{font-size:1.35rem;line-height:1.25;margin:.1rem 0 .3rem}
h2{font-size:1.3rem;line-height:1.25;margin:2rem 0 .6rem}
p,li{max-width:44rem}
p{margin:0 0 .75rem}
li{margin:0 0 .45rem}
a{color:#0b5672}
a:focus-visible,summary:focus-visible{outline:3px solid #0b5672;outline-offset:2px}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:1rem;background:#fff;padding:.5rem}
.quiet,caption,figcaption{color:#46535d}
.secret{font-size:.95rem;border:2px solid #1d262d;padding:.35rem .75rem;font-weight:700;max-width:none}
.verdict{border-left:.6rem solid #46535d;background:#eef2f4;padding:1rem 1.25rem;margin:1rem 0}
.verdict.named{border-color:#8a2b06;background:#fbeee8}
.verdict p:last-child{margin:0}
.answer{font-size:1.85rem;line-height:1.2;font-weight:700;max-width:none}
.id{overflow-wrap:anywhere}
.id.whole{white-space:nowrap}
.pictures{display:grid;grid-template-columns:1fr 1fr;gap:1rem 1.25rem;margin:0 0 1rem}
figure{margin:0;break-inside:avoid;min-width:0}
figure img,figure svg{display:block;width:100%;height:auto;border:1px solid #c3ccd3;background:#fff}
figcaption{max-width:44rem;padding:.35rem 0 0;font-size:.9rem}
figcaption strong{color:#1d262d}
.plot{max-width:44rem;margin:0 0 1rem}
.plot svg{border:0;max-width:36rem}
dl{display:grid;grid-template-columns:minmax(9rem,max-content) 1fr;gap:.3rem 1.5rem;margin:0 0 1rem}
dt{font-weight:700}
dd{margin:0;overflow-wrap:anywhere;min-width:0}
table{border-collapse:collapse;width:100%;max-width:44rem;margin:0 0 1rem}
caption{text-align:left;padding:0 0 .5rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .9rem .45rem 0;border-bottom:1px solid #c3ccd3;font-weight:400;overflow-wrap:anywhere}
thead th{font-weight:700;border-bottom:2px solid #5b6b77;white-space:nowrap}
.frames thead th{white-space:normal}
td.number{white-space:nowrap}
tr.named th,tr.named td{font-weight:700}
tbody tr{break-inside:avoid}
code{font:.9em/1.45 "DejaVu Sans Mono",Consolas,Menlo,monospace}
pre{font:.85rem/1.45 "DejaVu Sans Mono",Consolas,Menlo,monospace;white-space:pre-wrap;overflow-wrap:anywhere;background:#eef2f4;padding:.75rem 1rem;margin:0 0 1rem}
details{margin:.5rem 0 1rem}
summary{cursor:pointer;min-height:1.6rem}
footer{border-top:1px solid #c3ccd3;margin-top:2rem;padding-top:1rem;padding-bottom:2rem}
@media screen and (max-width:40rem){.answer{font-size:1.45rem}.pictures{grid-template-columns:1fr}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}.hits thead{position:absolute;left:-999rem}.hits,.hits tbody,.hits tr,.hits th,.hits td,.hits caption{display:block}.hits tr{padding:.5rem 0;border-bottom:1px solid #c3ccd3}.hits th,.hits td{border:0;padding:.1rem 0}.hits th{font-weight:700}.hits td::before{content:attr(data-label) ": ";color:#46535d;font-weight:400}}
@media print{@page{size:A4;margin:15mm}body{font-size:9.5pt;color:#000}header,main,footer{max-width:none;padding-left:0;padding-right:0}h1{font-size:13pt}h2{font-size:12pt;break-after:avoid;margin-top:1.1rem}.skip,.screen{display:none}.verdict,.verdict.named,pre{background:none;break-inside:avoid}.verdict{border-top:1px solid #46535d;border-bottom:1px solid #46535d;border-right:1px solid #46535d}.answer{font-size:17pt}a{color:#000}.pictures{gap:.6rem}.plot{max-width:13cm}figure img,figure svg{max-height:9cm;object-fit:contain}}
`;
