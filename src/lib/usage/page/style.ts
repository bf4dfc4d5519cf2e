/**
 * The page's style. Text keeps a contrast of 4.5 to 1 on both grounds, the edges of shapes 3 to 1; paper is always light. Widths and heights of shapes are in the SVG itself: the page's policy lets no style attribute through.
 */
export const STYLE = `
:root{color-scheme:light dark;--ground:#fbfaf7;--card:#fff;--ink:#1b2227;--quiet:#566069;--rule:#dfdbd2;--accent:#1c5f7d;--track:#ece8df;--used:#1c5f7d;--projected:#8fb9cb;--over:#b3321c;--over-soft:#f0b7a8;--fan:#c9dfe8;--area:#e3eef2}
@media screen and (prefers-color-scheme:dark){:root{--ground:#13181b;--card:#191f23;--ink:#e9e6df;--quiet:#a5b0b8;--rule:#313a40;--accent:#7cc4e2;--track:#2a3238;--used:#6cb7d7;--projected:#396b82;--over:#ff8b70;--over-soft:#7a3626;--fan:#25404d;--area:#1d2f38}}
@media print{:root{color-scheme:light}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;padding:clamp(1.25rem,4vw,3.5rem) clamp(1rem,4vw,2.5rem) 3rem;max-width:66rem;background:var(--ground);color:var(--ink);font:1rem/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
h1,h2,h3,p,ul,dl,dd{margin:0}
ul{padding:0;list-style:none}
h1{font-size:clamp(2rem,6vw,3.1rem);line-height:1.08;font-weight:650;letter-spacing:-.02em}
h2{font-size:1.2rem;line-height:1.3;font-weight:650;letter-spacing:-.005em}
h3{font-size:1rem;line-height:1.35;font-weight:650}
.service{color:var(--quiet);font-weight:400}
a{color:var(--accent);text-underline-offset:.18em}
a:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:2px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.pattern{position:absolute}
.eyebrow{color:var(--accent);font-weight:600;margin-bottom:.35rem}
.measured{color:var(--quiet);margin-top:.45rem}
.verdict{font-size:clamp(1.2rem,3vw,1.5rem);line-height:1.35;margin-top:1.6rem;max-width:38em;text-wrap:balance}
.keys{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:1.25rem 2rem;margin-top:1.75rem;padding:1.25rem 0;border-block:1px solid var(--rule)}
.keys dt{color:var(--quiet);font-size:.9rem}
.keys dd{font-size:1.7rem;line-height:1.25;font-weight:600;letter-spacing:-.01em}
.beside{display:block;font-size:.95rem;font-weight:400;letter-spacing:0;color:var(--quiet)}
.headroom{margin-top:1.1rem;max-width:44em}
.cautions{margin-top:1.1rem;padding:.8rem 1rem;border:1px solid var(--over);background:var(--card)}
.cautions li+li{margin-top:.4rem}
section{margin-top:2.75rem}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;margin-top:.4rem;color:var(--quiet);font-size:.9rem}
.legend svg{vertical-align:-1px;margin-right:.2rem}
.rows{margin-top:.9rem;border-bottom:1px solid var(--rule)}
.row{display:grid;grid-template-columns:minmax(0,1fr) 15rem;gap:.35rem 2.25rem;padding:1.15rem 0;border-top:1px solid var(--rule)}
.what{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:0 1rem;grid-column:1}
.share strong{font-weight:650}
.share .ahead{color:var(--quiet)}
.measure{grid-column:1}
.what>*,.measure,.keys>*,.row>details{min-width:0}
.row>.curve{grid-column:2;grid-row:1/span 2;width:100%;align-self:start}
.row>details{grid-column:1/-1}
.bar{display:block;width:100%;margin:.1rem 0 .3rem;overflow:visible}
.figures,.note,.gap,.alarm{font-size:.95rem}
.figures{color:var(--quiet)}
.figures strong{color:var(--ink);font-weight:600}
.note{color:var(--quiet);margin-top:.2rem}
.alarm{color:var(--over);font-weight:600;margin-top:.2rem}
.gap{margin-top:.2rem}
svg text{fill:var(--quiet);font-size:11px}
.track{fill:var(--track)}
.used{fill:var(--used)}
.projected{fill:var(--projected);stroke:var(--used)}
.over{fill:url(#hatch);stroke:var(--over)}
.over-projected{fill:var(--over-soft);stroke:var(--over);stroke-dasharray:3 2}
.hatch-ground{fill:var(--over-soft)}
.hatch-line{fill:var(--over)}
.limit{stroke:var(--ink);stroke-width:2}
.range line{stroke:var(--ink);stroke-width:1.5}
.area{fill:var(--area)}
.fan{fill:var(--fan)}
.line{fill:none;stroke:var(--used);stroke-width:2;stroke-linejoin:round}
.curve .ahead{stroke:var(--used);stroke-width:2;stroke-dasharray:4 3}
.curve .now,.column{fill:var(--used)}
.base{stroke:var(--rule)}
.line,.curve .ahead,.base,.limit-way{vector-effect:non-scaling-stroke}
.limit-way{stroke:var(--over);stroke-width:1.5;stroke-dasharray:6 3}
details{font-size:.9rem}
summary{cursor:pointer;color:var(--accent);width:fit-content;padding:.15rem 0}
details p,details table{margin:.45rem 0}
.formula{padding:.6rem .8rem;background:var(--card);border:1px solid var(--rule)}
code{font:.95em/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace;white-space:pre-wrap}
table{border-collapse:collapse;width:100%;table-layout:fixed}
th,td{text-align:left;font-weight:400;vertical-align:top;padding:.25rem .9rem .25rem 0;border-bottom:1px solid var(--rule)}
thead th{color:var(--quiet)}
footer{margin-top:3rem;color:var(--quiet);font-size:.95rem}
footer h2{font-size:1rem;color:var(--ink)}
footer table{max-width:26rem}
.number{width:26%;text-align:right}
thead th:first-child{width:32%}
@media screen and (max-width:44rem){thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}table,tbody{display:block}tr{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;padding:.35rem 0;border-bottom:1px solid var(--rule)}tbody th,td{padding:0;border:0;min-width:0;width:auto}td.number{width:auto;margin-left:auto}td:not(.number){width:100%;color:var(--quiet)}}
@media (max-width:44rem){.row{grid-template-columns:minmax(0,1fr)}.row>.curve{grid-column:1;grid-row:auto;max-width:26rem}.keys{grid-template-columns:1fr;gap:.9rem}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media (forced-colors:active){.used,.column,.now{fill:CanvasText}.projected,.fan,.area{fill:GrayText}.over,.over-projected{stroke:Mark}.track{stroke:CanvasText}}
@media print{@page{size:A4;margin:14mm}body{padding:0;max-width:none;font-size:10pt;background:none}.row{grid-template-columns:minmax(0,1fr) 11rem;padding:.7rem 0}.row>.curve{grid-column:2;grid-row:1/span 2}.row,.keys,.cautions,tr,footer{break-inside:avoid}.row:has(details[open]){break-inside:auto}.measure,.formula{break-inside:avoid}h2,h3,.what,.legend{break-after:avoid}details:not([open]){display:none}a{color:inherit}section{margin-top:1.6rem}}
`;
