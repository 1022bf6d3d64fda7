"""Who opens what at the console: a row for every page, with the roles that may.

Whoever adds a page adds a row; that it is right is not asked of the code that it is about.
"""

from __future__ import annotations

from typing import Final

from gateway.services.signing_in import Role

_EVERYBODY: Final = frozenset(Role)
_PERSONAL: Final = frozenset({Role.HANDLER, Role.ADMINISTRATOR})
_HANDLER: Final = frozenset({Role.HANDLER})
_ADMINISTRATOR: Final = frozenset({Role.ADMINISTRATOR})
_AUDITOR: Final = frozenset({Role.AUDITOR})

ROLES_OF: Final[dict[tuple[str, str], frozenset[Role]]] = {
    ("GET", "/console"): _EVERYBODY,
    ("GET", "/console/berichten"): _EVERYBODY,
    ("POST", "/console/berichten"): _PERSONAL,
    ("GET", "/console/berichten/{id}"): _EVERYBODY,
    ("POST", "/console/berichten/{id}"): _PERSONAL,
    ("GET", "/console/toewijzingen"): _EVERYBODY,
    ("POST", "/console/toewijzingen"): _PERSONAL,
    ("GET", "/console/toewijzingen/{id}"): _EVERYBODY,
    ("GET", "/console/verzoeken"): _EVERYBODY,
    ("POST", "/console/verzoeken"): _PERSONAL,
    ("GET", "/console/verzoeken/{id}"): _EVERYBODY,
    ("GET", "/console/verzoeken/{id}/besluit"): _HANDLER,
    ("POST", "/console/verzoeken/{id}/besluit"): _HANDLER,
    ("GET", "/console/zaken"): _EVERYBODY,
    ("GET", "/console/zaken/{id}"): _EVERYBODY,
    ("POST", "/console/zaken/{id}"): _HANDLER,
    ("GET", "/console/termijnen"): _EVERYBODY,
    ("GET", "/console/onbezorgd"): _EVERYBODY,
    ("GET", "/console/herhalingen"): _ADMINISTRATOR,
    ("POST", "/console/herhalingen"): _ADMINISTRATOR,
    ("GET", "/console/herhalingen/nieuw"): _ADMINISTRATOR,
    ("GET", "/console/herhalingen/{id}"): _ADMINISTRATOR,
    ("POST", "/console/herhalingen/{id}"): _ADMINISTRATOR,
    ("GET", "/console/controle"): _AUDITOR,
    ("POST", "/console/controle"): _AUDITOR,
    ("GET", "/console/partijen"): _EVERYBODY,
    ("POST", "/console/partijen"): _ADMINISTRATOR,
    ("POST", "/console/partijen/tokens"): _ADMINISTRATOR,
    ("POST", "/console/partijen/tokens/intrekken"): _ADMINISTRATOR,
    ("GET", "/console/routes"): _EVERYBODY,
    ("GET", "/console/routes/{id}"): _EVERYBODY,
    ("POST", "/console/afmelden"): _EVERYBODY,
}
