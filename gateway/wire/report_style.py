"""How a report looks: calm, readable on a phone, and fit to be printed. Nothing is fetched from anywhere."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--paper:#fff;--page:#f6f7f9;--ink:#1d2733;--soft:#566373;--line:#dce1e7;--link:#0b5394;
--bad:#a61b1b;--bad-paper:#fdf1f0;--bad-line:#e7b9b6;--good:#1b6b3a;--good-paper:#eef8f1;--good-line:#b6dcc3}
@media (prefers-color-scheme:dark){:root{--paper:#171d25;--page:#10151b;--ink:#e4e9ef;--soft:#a3b0be;--line:#313b47;
--link:#8cc2ff;--bad:#ff9d96;--bad-paper:#341b1c;--bad-line:#6d3634;--good:#86d8a3;--good-paper:#14291c;
--good-line:#2d5a3d}}
*{box-sizing:border-box}
html{scroll-padding-top:4rem}
body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif}
a{color:var(--link)}
a:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem}
header,main,footer{max-width:68rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
header p,footer{color:var(--soft);font-size:.875rem;margin:0}
footer{padding-bottom:3rem}
h1,h2,h3{line-height:1.25;overflow-wrap:anywhere}
h1{font-size:1.6rem;margin:.25rem 0 1.5rem}
h2{font-size:1.35rem;margin:0 0 .75rem}
h3{font-size:1.05rem;margin:2rem 0 .6rem}
article{margin-bottom:3.5rem}
.verdict{margin:0;padding:.8rem 1rem;border:1px solid;border-left-width:.4rem;border-radius:.4rem;font-weight:600}
.bad .verdict{color:var(--bad);background:var(--bad-paper);border-color:var(--bad-line);border-left-color:var(--bad)}
.good .verdict{color:var(--good);background:var(--good-paper);border-color:var(--good-line);
border-left-color:var(--good)}
.about{color:var(--soft);margin:.5rem 0 0}
.findings{list-style:none;margin:0;padding:0}
.findings li{background:var(--paper);border:1px solid var(--line);border-radius:.4rem;padding:.75rem 1rem;
margin-bottom:.6rem}
.findings p{margin:0}
.findings .where{color:var(--soft);font-size:.875rem;margin-top:.15rem;overflow-wrap:anywhere}
.findings .where a{margin-right:.25rem}
.code{display:inline-block;font-weight:700;color:var(--bad);margin-right:.35rem}
li:target,.row:target{box-shadow:0 0 0 3px var(--link)}
.note{color:var(--soft);margin:0 0 .75rem}
.document{background:var(--paper);border:1px solid var(--line);border-radius:.4rem;overflow:hidden;padding:.5rem 0;
font:.8125rem/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.row{display:grid;grid-template-columns:5rem minmax(0,1fr);border-left:.3rem solid transparent}
.number{text-align:right;padding-right:1rem;color:var(--soft);user-select:none;white-space:nowrap}
.row code{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;padding-right:1rem;direction:ltr;
unicode-bidi:isolate-override;tab-size:2}
.wrong{background:var(--bad-paper);border-left-color:var(--bad)}
.wrong .number{color:var(--bad);font-weight:700}
.also{border-left:.3rem dotted var(--bad)}
mark{background:none;color:inherit;font-weight:700;text-decoration:underline wavy var(--bad) 1px;
text-underline-offset:.25em}
.why{border-left:.3rem solid var(--bad);background:var(--bad-paper);padding:.15rem 1rem .5rem 5rem;
font:.9rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.why p{margin:0}
.also + .why{border-left-style:dotted}
.gap{color:var(--soft);text-align:center;border-block:1px dashed var(--line);margin:.4rem 0;padding:.15rem;
font-size:.8125rem}
.rules dt{font-weight:700;margin-top:1rem}
.rules dd{margin:.1rem 0 0}
.rules dd span{color:var(--soft)}
.away,article:only-child>h2{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:40rem){header,main,footer{padding-inline:.75rem}.row{grid-template-columns:3.25rem minmax(0,1fr)}
.number{padding-right:.6rem}.why{padding-left:3.25rem}.document{font-size:.75rem}}
@media print{:root{color-scheme:light;--paper:#fff;--page:#fff;--ink:#000;--soft:#444;--line:#bbb;--link:#000;
--bad:#8a0f0f;--bad-paper:#fff;--bad-line:#8a0f0f;--good:#14532d;--good-paper:#fff;--good-line:#14532d}
body{font-size:10pt}header,main,footer{max-width:none;padding:0}.skip{display:none}.document{font-size:8pt}
.findings li,.row,.why{break-inside:avoid}.row{break-after:auto}h2,h3{break-after:avoid}a{text-decoration:none}
article + article{break-before:page}}
"""
