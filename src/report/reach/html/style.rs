//! The look of the page: dark and light by the reader's setting, and plain on paper.

/// The style sheet. It loads nothing.
pub(super) const STYLE: &str = "\
:root{color-scheme:light dark;--text:#1b1f24;--soft:#57606a;--line:#d0d7de;--back:#fff;--card:#f6f8fa;--block:#b42318;--blockback:#fdecea;--warn:#805500;--warnback:#fff6dd;--note:#27598f;--noteback:#e9f2fb;--good:#1a6b3c;--bar:#57606a}
@media (prefers-color-scheme:dark){:root{--text:#e6e9ed;--soft:#a3adb9;--line:#3a424c;--back:#14171b;--card:#1c2127;--block:#ff9d94;--blockback:#40201d;--warn:#f2c766;--warnback:#3a2f12;--note:#9cc7f5;--noteback:#1b2f45;--good:#7ed6a2;--bar:#8b96a3}}
*{box-sizing:border-box}
body{margin:0;overflow-wrap:break-word;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:var(--text);background:var(--back)}
main,header,footer{max-width:70rem;margin:0 auto;padding:0 1.25rem}header{padding-top:2rem}footer{padding-bottom:3rem;color:var(--soft);font-size:.9rem}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2.25rem 0 .6rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}h3{font-size:1.02rem;margin:0 0 .6rem}h3+h3{margin-top:-.35rem}
p{margin:.3rem 0}.soft{color:var(--soft)}a{color:inherit}:focus-visible{outline:2px solid var(--note);outline-offset:2px}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;margin:1.1rem 0 0;padding:0}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1.25rem 0 0;padding:0;list-style:none}
.tiles li{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.7rem .9rem}.tiles b{display:block;font-size:1.6rem;line-height:1.2}
.tag{display:inline-block;padding:.05rem .45rem;border-radius:999px;font-size:.82rem;font-weight:600;white-space:nowrap}
.block{color:var(--block);background:var(--blockback)}.warn{color:var(--warn);background:var(--warnback)}.note{color:var(--note);background:var(--noteback)}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1rem 1.1rem;margin:.75rem 0}
dl{display:grid;grid-template-columns:8.5rem minmax(0,1fr);gap:.35rem .9rem;margin:0}dt{color:var(--soft)}dd{margin:0}
ul,ol{margin:0;padding-left:1.25rem}li{margin:.15rem 0}summary{cursor:pointer;color:var(--soft)}
.changes{list-style:none;padding:0;counter-reset:change}.changes li{counter-increment:change;padding:.7rem 0 .7rem 2.4rem;position:relative;border-bottom:1px solid var(--line)}
.changes li:before{content:counter(change);position:absolute;left:0;top:.75rem;width:1.6rem;height:1.6rem;border-radius:50%;background:var(--card);border:1px solid var(--line);text-align:center;line-height:1.5rem;font-size:.9rem}
.fall{white-space:nowrap;font-variant-numeric:tabular-nums}.fall b{color:var(--good)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}caption{text-align:left;color:var(--soft);padding:.2rem 0 .4rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .6rem;border-bottom:1px solid var(--line)}thead th{color:var(--soft);font-weight:600}
.who{min-width:34rem}.who th:first-child{width:34%}.rows{min-width:40rem}td code{overflow-wrap:anywhere}.number{font-variant-numeric:tabular-nums}
.sum td,.sum th{overflow-wrap:anywhere;padding:.2rem .5rem;border:0;font-size:.86rem}.sum td:nth-child(2){text-align:right;font-variant-numeric:tabular-nums}
meter{width:6rem;height:.7rem}
@media (max-width:40rem){dl{grid-template-columns:minmax(0,1fr);gap:.1rem}dd{margin-bottom:.5rem}.who{min-width:0}.who thead{display:none}.who,.who tbody,.who tr,.who th,.who td{display:block;width:auto;border:0;padding:.05rem 0}.who tr{border-bottom:1px solid var(--line);padding:.5rem 0}.who th:first-child{width:auto}.who td:nth-child(3):before{content:'\u{25cf} holds it: ';font-weight:400}.who td:nth-child(4):before{content:'\u{25cb} finds it: '}}
@media print{:root{color-scheme:light;--text:#000;--soft:#444;--line:#bbb;--back:#fff;--card:#fff;--block:#8f1a12;--blockback:#fff;--warn:#664400;--warnback:#fff;--note:#1d4a7a;--noteback:#fff;--good:#14532d}html{font-size:11px}body{font-size:1rem}main,header,footer{max-width:none;padding:0}.card,tr,.changes li{break-inside:avoid}h2{break-after:avoid}.wide{overflow:visible}.who,.rows{min-width:0}nav,summary{display:none}a{text-decoration:none}.tag{border:1px solid currentColor}}
@media print{details::details-content{content-visibility:visible;display:block}}
@page{margin:14mm}
";
