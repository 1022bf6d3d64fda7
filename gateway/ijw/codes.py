"""The codes that our own code asks for by name, each once; the lists whole, with their meanings, are reference data.

A code means something in its own list only: 1 is a first report of a delivery, and a request that is refused.
"""

from typing import Final

# COD043 DebetCredit
CREDIT: Final = "C"
DEBET: Final = "D"

# COD467 StatusAanlevering
EERSTE_AANLEVERING: Final = "1"
VERWIJDEREN: Final = "3"

# COD700 NaamGebruik
EIGEN_NAAM: Final = "1"

# JZ002 RedenWijziging
REDEN_VERVALLEN: Final = "01"
REDEN_AANBIEDER: Final = "12"
REDEN_VERWIJDERD: Final = "13"

# JZ588 RedenBeeindiging
TIJDELIJK_BEEINDIGD: Final = "20"

# WJ756 Eenheid
MINUUT: Final = "01"
UUR: Final = "04"
ETMAAL: Final = "14"
EURO: Final = "83"

# WJ759 RedenAfwijzingVerzoek
WOONPLAATSBEGINSEL: Final = "8"

# WJ760 VerzoekAntwoord
AFGEWEZEN: Final = "1"
IN_ONDERZOEK: Final = "2"

# WMO757 Frequentie
PER_DAG: Final = "1"
PER_WEEK: Final = "2"
PER_MAAND: Final = "4"
TOTAAL: Final = "6"
