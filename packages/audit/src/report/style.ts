/** A report's whole style. Its digest stands in the page's content security policy, so no other style can apply. */
export const STYLE = `
*{box-sizing:border-box}
:root{color-scheme:light}
body{margin:0;background:#fff;color:#1d262d;font:1rem/1.5 Arial,Helvetica,"Liberation Sans","DejaVu Sans",sans-serif;overflow-wrap:break-word}
header,main,footer{max-width:66rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
h1{font-size:1.85rem;line-height:1.2;margin:.1rem 0 .6rem}
h2{font-size:1.3rem;line-height:1.25;margin:2rem 0 .6rem}
p,li{max-width:44rem}
p{margin:0 0 .75rem}
a{color:#0b5672}
a:focus-visible,summary:focus-visible{outline:3px solid #0b5672;outline-offset:2px}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:1rem;background:#fff;padding:.5rem}
.quiet,caption{color:#46535d}
.notice{border-left:.35rem solid #8a4b06;background:#fdf3e7;padding:.75rem 1rem;margin:1rem 0;max-width:46rem}
.notice p:last-child{margin:0}
dl{display:grid;grid-template-columns:minmax(9rem,max-content) 1fr;gap:.3rem 1.5rem;margin:0 0 1rem;max-width:52rem}
dt{font-weight:700}
dd{margin:0;overflow-wrap:anywhere;min-width:0}
table{border-collapse:collapse;table-layout:fixed;width:100%;margin:0 0 1rem}
.entries th:nth-child(1){width:19%}.entries th:nth-child(2){width:22%}.entries th:nth-child(4){width:16%}
caption{text-align:left;padding:0 0 .5rem}
th,td{text-align:left;vertical-align:top;padding:.55rem .9rem .55rem 0;border-bottom:1px solid #c3ccd3;font-weight:400;hyphens:auto}
thead th{font-weight:700;border-bottom:2px solid #5b6b77}
tbody tr{break-inside:avoid}
.line{display:block}
.mark{display:block;font-weight:700;color:#8a2b06}
.tag{display:inline-block;border:1px solid #8a2b06;color:#8a2b06;padding:0 .35rem;font-weight:700}
details{border:1px solid #c3ccd3;padding:.5rem .9rem;margin:0 0 .5rem}
summary{cursor:pointer;min-height:1.6rem}
pre{font:.8rem/1.45 "DejaVu Sans Mono",Consolas,Menlo,monospace;white-space:pre-wrap;margin:.5rem 0}
h3{font-size:1rem;margin:1rem 0 0}
footer{border-top:1px solid #c3ccd3;margin-top:2rem;padding-top:1rem;padding-bottom:2rem}
.paper{display:none}
@media screen and (max-width:56rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}thead{position:absolute;left:-999rem}table,tbody,tr,th[role=rowheader],td,caption{display:block;overflow-wrap:anywhere}tr{padding:.6rem 0;border-bottom:1px solid #c3ccd3}th[role=rowheader],td{border:0;padding:.1rem 0}th[role=rowheader]{font-weight:700}.entries th:nth-child(n){width:auto}td[data-label]::before{content:attr(data-label) ": ";color:#46535d}td[data-label]:empty{display:none}}
@media print{pre,.screen{display:none!important}@page{margin:16mm}body{font-size:9.5pt;color:#000}th,td{padding:.4rem .6rem .4rem 0}header,main,footer{max-width:none;padding-left:0;padding-right:0}h2{break-after:avoid}.skip{display:none}.paper{display:block}a{color:#000;text-decoration:none}.notice{background:none}thead{display:table-header-group}}
`;
