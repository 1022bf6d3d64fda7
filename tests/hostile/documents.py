"""Evil XML: each document was written to cost more than it weighs, or to get somewhere.

Run as a program, it reads each of them in a process that has read nothing before, and prints a line of JSON: its
name, the codes of the findings, the processor time in seconds, and by how many MB the memory has grown.
"""

import json
import os
import resource
import time
from collections.abc import Callable
from typing import Final

from gateway.wire.document import MAX_SIZE, Document
from tests.xsd import document

NAMESPACE: Final = b"http://www.istandaarden.nl/ijw/3_2/jw323/schema"
START: Final = b'<b:Bericht xmlns:b="' + NAMESPACE + b'">'
END: Final = b"</b:Bericht>"


def fill(piece: bytes, *, before: bytes = START, after: bytes = END) -> bytes:
    """Repeat a piece until the document has the size that is allowed."""
    room = MAX_SIZE - len(before) - len(after)
    return before + piece * (room // len(piece)) + after


def numbered(piece: bytes, *, before: bytes = START, after: bytes = END, most: int = 10**9) -> bytes:
    """Repeat a piece with a number in it, each time another one."""
    parts, size, number = [before], len(before) + len(after), 0
    while number < most and size + len(piece) + 8 < MAX_SIZE:
        part = piece % number
        parts.append(part)
        size += len(part)
        number += 1
    return b"".join([*parts, after])


def header(element: bytes, text: bytes) -> bytes:
    """Put a text into an element of the header."""
    return START + b"<b:Header><b:" + element + b">" + text + b"</b:" + element + b"></b:Header>" + END


LAUGHS: Final = (
    b"<!DOCTYPE x ["
    + b"".join(
        b'<!ENTITY l%d "%s">' % (level, b"ha" if level == 0 else b"&l%d;" % (level - 1) * 10) for level in range(10)
    )
    + b"]>"
)
LONG: Final = 25_000_000
IDENTIFICATIE: Final = ("Header", "BerichtIdentificatie", "Identificatie")

# The document, and the code that it has to be refused with.
DOCUMENTS: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "billion-laughs": (lambda: LAUGHS + START + b"&l9;" + END, "BRS14"),
    "quadratic-blowup": (
        lambda: b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 1_000_000 + b'">]>' + START + b"&a;" * 100_000 + END,
        "BRS14",
    ),
    "external-entity": (
        lambda: b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + START + b"&a;" + END,
        "BRS14",
    ),
    "parameter-entities": (
        lambda: b"<!DOCTYPE x [<!ENTITY % a \"<!ENTITY b 'c'>\"> %a; %a;]>" + START + b"&b;" + END,
        "BRS14",
    ),
    "late-doctype": (lambda: b"<!--" + b"x" * 100_000 + b"-->" + LAUGHS + START + b"&l9;" + END, "BRS14"),
    "very-late-doctype": (lambda: b"<!--" + b"x" * 24_000_000 + b"-->" + LAUGHS + START + b"&l9;" + END, "BRS14"),
    "doctype-behind-a-name-that-expat-does-not-know": (
        lambda: "<?\u0370 ?>".encode() + LAUGHS + START + b"&l9;" + END,
        "BRS14",
    ),
    "doctype-behind-that-name-large": (
        lambda: "<?\u0370 ?>".encode() + LAUGHS + START + b"&l9;" + b" " * 10_000_000 + END,
        "BRS14",
    ),
    "undefined-entities": (lambda: fill(b"&a;"), "BRS14"),
    "ampersands": (lambda: fill(b"&"), "BRS14"),
    "depth": (lambda: fill(b"<a>", after=b""), "BRS14"),
    "depth-closed": (lambda: b"<a>" * 3_700_000 + b"</a>" * 3_700_000, "BRS14"),
    "depth-small": (lambda: b"<a>" * 100_000 + b"</a>" * 100_000, "BRS14"),
    "depth-in-a-message": (lambda: START + b"<b:Header>" * 1_200_000 + b"</b:Header>" * 1_200_000 + END, "BRS14"),
    "attributes": (lambda: numbered(b" a%d=''", before=b"<a", after=b"/>", most=1_000_000), "BRS14"),
    "attributes-on-a-message": (lambda: numbered(b" a%d=''", before=START[:-1], after=b"/>", most=1_000_000), "BRS14"),
    "namespaces": (lambda: numbered(b" xmlns:a%d='u'", before=b"<a", after=b"/>", most=500_000), "BRS14"),
    "namespaces-everywhere": (lambda: fill(b"<b:Header xmlns:a='u'/>"), "BRS13"),
    "unbound-prefixes": (lambda: fill(b"<a:b/>"), "BRS14"),
    "names": (lambda: numbered(b"<n%d/>"), "BRS14"),
    "names-of-attributes": (lambda: numbered(b"<b:Header n%d=''/>"), "BRS14"),
    "one-long-name": (lambda: b"<" + b"a" * LONG + b"/>", "BRS14"),
    "one-long-attribute": (lambda: b"<a b='" + b"x" * LONG + b"'/>", "BRS13"),
    "one-long-comment": (lambda: START + b"<!--" + b"x" * LONG + b"-->" + END, "BRS13"),
    "one-long-instruction": (lambda: START + b"<?x " + b"x" * LONG + b"?>" + END, "BRS13"),
    "one-long-text": (lambda: header(b"Afzender", b"1" * LONG), "BRS13"),
    "one-long-line": (lambda: document("JW323", IDENTIFICATIE, "a" * LONG + "\n"), "BRS13"),
    "many-long-lines": (
        lambda: document("JW323", IDENTIFICATIE, "MARK").replace(
            b"<ijw:Identificatie>MARK</ijw:Identificatie>",
            (b"<ijw:Identificatie>" + b"a" * 2_000 + b"\n</ijw:Identificatie>") * 12_000,
        ),
        "BRS13",
    ),
    "one-long-number": (lambda: header(b"BerichtVersie", b"9" * LONG), "BRS13"),
    "one-long-tag-that-does-not-end": (lambda: START + b"<b:Header " + b"x " * 12_000_000, "BRS14"),
    "one-long-comment-that-does-not-end": (lambda: START + b"<!--" + b"-x" * 12_000_000, "BRS14"),
    "one-long-declaration": (
        lambda: b"<?xml version='1.0'" + b" " * LONG + b"encoding='latin-1'?>" + START + END,
        "BRS14",
    ),
    "spaces": (lambda: b" " * MAX_SIZE, "BRS14"),
    "less-than-signs": (lambda: b"<" * MAX_SIZE, "BRS14"),
    "zeros": (lambda: bytes(MAX_SIZE), "BRS14"),
    "no-utf-8-at-the-end": (lambda: fill(b"<b:Header/>", after=END + b"\xff"), "BRS14"),
    "empty-elements": (lambda: fill(b"<b:Header/>"), "BRS13"),
    "elements-that-nobody-knows": (lambda: fill(b"<b/>"), "BRS13"),
    "empty-cdata": (lambda: fill(b"<![CDATA[]]>"), "BRS13"),
    "references": (lambda: fill(b"&#65;"), "BRS13"),
    "xinclude": (
        lambda: START + b"<x:include xmlns:x='http://www.w3.org/2001/XInclude' href='/etc/passwd'/>" * 1000 + END,
        "BRS13",
    ),
    "one-byte-too-many": (lambda: fill(b" ") + b" " * (MAX_SIZE + 1 - len(fill(b" "))), "BRS06"),
}


def read(name: str) -> None:
    """Read one document in this process, and print what it took."""
    # The tests import this module, and do not have to compile schemas for that.
    from tests.wire.reading import CODEC  # noqa: PLC0415

    content = DOCUMENTS[name][0]()
    spooled = Document()
    for start in range(0, len(content), 65_536):
        spooled.append(content[start : start + 65_536])
    del content
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.process_time()
    reading = CODEC.read(spooled)
    seconds = time.process_time() - begin
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    spooled.close()
    codes = sorted({finding.code if finding.code != "XSD" else "BRS13" for finding in reading.findings})
    result = {"name": name, "codes": codes, "seconds": seconds, "grown": grown // 1024}
    print(json.dumps(result), flush=True)  # noqa: T201 - for the test that started this


def main() -> None:
    """Read each document in a child of this process, which has loaded the gateway and read nothing."""
    import tests.wire.reading  # noqa: F401, PLC0415

    for name in DOCUMENTS:
        child = os.fork()
        if not child:
            read(name)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
