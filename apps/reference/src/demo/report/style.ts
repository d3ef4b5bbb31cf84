/** The report's whole style; its digest stands in the page's content security policy, so no other style can apply. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--soft:#f2f5f7;--ink:#17232b;--quiet:#4a5a66;--line:#c3ced6;--accent:#0b5672;--good:#0f6a3c;--good-soft:#e6f4ec;--warn:#8a2b06;--warn-soft:#fdf0e8;--bar:#7d93a3}
@media (prefers-color-scheme:dark){:root{--paper:#11191f;--soft:#1b262e;--ink:#e9eff3;--quiet:#b0bec8;--line:#3b4a55;--accent:#8ecdea;--good:#86dcab;--good-soft:#14301f;--warn:#ffb48f;--warn-soft:#3a2015;--bar:#8098a8}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 Arial,Helvetica,"Liberation Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:70rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.75rem}
h1{font-size:clamp(1.6rem,4.5vw,2.2rem);line-height:1.2;margin:.2rem 0 .5rem}
h2{font-size:1.4rem;line-height:1.25;margin:0 0 .75rem}
h3{font-size:1.05rem;margin:1.25rem 0 .35rem}
p{margin:0 0 .75rem;max-width:46rem}
section{border-top:1px solid var(--line);padding:1.75rem 0 1.25rem}
a{color:var(--accent)}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem}
.brand{font-weight:700;letter-spacing:.04em;color:var(--accent);margin:0}
.quiet{color:var(--quiet)}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;list-style:none;padding:0;margin:.75rem 0 1.25rem}
.verdicts{list-style:none;margin:1rem 0 1.5rem;padding:0;display:grid;gap:.75rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr))}
.verdicts li{background:var(--good-soft);border-left:.35rem solid var(--good);padding:.75rem 1rem}
.verdicts li.bad{background:var(--warn-soft);border-color:var(--warn)}
.verdicts strong{display:block;color:var(--good)}
.verdicts .bad strong{color:var(--warn)}
.pictures{display:grid;gap:1.25rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,28rem),1fr));margin:0}
figure{margin:0}
.pictures img{display:block;width:100%;height:auto;border:1px solid var(--line);background:var(--soft)}
figcaption{padding-top:.5rem}
figcaption strong{display:block}
.scroll{overflow-x:auto}
.scroll:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;margin:0 0 1rem}
caption{text-align:left;color:var(--quiet);padding:0 0 .4rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--quiet);font-weight:700}
td.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
th.number{text-align:right}
dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.3rem 1.25rem;margin:0 0 1rem}
dt{font-weight:700}
dd{margin:0}
code,pre{font:.875rem/1.5 "DejaVu Sans Mono",Consolas,Menlo,monospace}
pre{white-space:pre-wrap;background:var(--soft);padding:.75rem 1rem;margin:0 0 1rem}
.plot{display:block;width:100%;max-width:44rem;height:auto;margin:.5rem 0 1rem;font-family:inherit}
.plot .null{fill:var(--bar)}
.plot .axis{stroke:var(--ink);fill:none}
.plot .named{stroke:var(--warn);stroke-width:3;fill:none}
.plot .dot{fill:var(--warn)}
.plot text{fill:var(--ink);font-size:17px}
.plot .name{font-weight:700;fill:var(--warn)}
.limits{background:var(--soft);padding:1rem 1.25rem 1rem 2.25rem;margin:0}
footer{border-top:1px solid var(--line);padding-top:1rem;padding-bottom:2rem;margin-top:.5rem}
@media (max-width:40rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}.stack thead{position:absolute;left:-999rem}.stack tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--line)}.stack th,.stack td,.stack td.number{display:block;border:0;padding:.1rem 0;text-align:left;white-space:normal}}
@media print{:root{color-scheme:light;--paper:#fff;--soft:#f2f5f7;--ink:#000;--quiet:#333;--line:#999;--accent:#000;--good:#0f6a3c;--good-soft:#fff;--warn:#8a2b06;--warn-soft:#fff;--bar:#7d93a3}body{font-size:10pt}nav,.skip{display:none}section{padding:.75rem 0}h2{break-after:avoid}figure,tr,li,.plot{break-inside:avoid}.pictures{grid-template-columns:1fr 1fr}.scroll{overflow:visible}}
`;
