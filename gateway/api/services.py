"""What the endpoints work with; made by the composition of the program."""

from __future__ import annotations

from msgspec import Struct

from gateway.exchange.refusal import Refusal
from gateway.services.access import Access, Parties
from gateway.services.audit import Audit
from gateway.services.case_reading import CasePages
from gateway.services.certificates import Certificates
from gateway.services.coordinators import Coordinators
from gateway.services.dead_letters import DeadLetters
from gateway.services.deadlines import Deadlines
from gateway.services.deciding import Deciding
from gateway.services.deliveries import Deliveries
from gateway.services.drafting import Candidate
from gateway.services.endpoints import Endpoints
from gateway.services.escalations import Escalations
from gateway.services.following import Following
from gateway.services.ggk_intake import GgkIntake
from gateway.services.ggk_texts import Texts
from gateway.services.group_commit import GroupCommit
from gateway.services.health import Watch
from gateway.services.holding import Holding
from gateway.services.inquiry import Inquiry
from gateway.services.intake import Intake
from gateway.services.manual_cases import ManualCases
from gateway.services.proxies import Proxies
from gateway.services.queueing import Queueing
from gateway.services.replaying import Replaying
from gateway.services.reporting import Reporting
from gateway.services.restoring import Restoring
from gateway.services.retention import Retention
from gateway.services.rotation import Rotation
from gateway.services.rulebook import Rulebook
from gateway.services.settling import Accepted
from gateway.services.wind_downs import WindDowns


class Services(Struct, frozen=True):
    """The services behind the endpoints."""

    access: Access
    audit: Audit
    parties: Parties
    intake: Intake
    commits: GroupCommit[Candidate, Accepted | Refusal]
    queueing: Queueing
    inquiry: Inquiry
    following: Following
    deadlines: Deadlines
    manual_cases: ManualCases
    case_pages: CasePages
    coordinators: Coordinators
    escalations: Escalations
    wind_downs: WindDowns
    deciding: Deciding
    reporting: Reporting
    watch: Watch
    holding: Holding
    retention: Retention
    replaying: Replaying
    dead_letters: DeadLetters
    deliveries: Deliveries
    restoring: Restoring
    rotation: Rotation
    rulebook: Rulebook
    certificates: Certificates
    proxies: Proxies
    endpoints: Endpoints
    ggk: GgkIntake
    texts: Texts
