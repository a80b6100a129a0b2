"""The lives of requests, consignments and parcels, as tables: (state, event) -> state. Pure.

Two sorts of events. **Decisions** are made by people at the hub: a pair that is not in the table is refused, and `MAY`
says who may decide. **Facts** come from devices and are never refused: a pair that is not in the table leaves the state
as it is and is **odd**, which is shown as a discrepancy (a parcel that is put on a shelf after it was handed over).

A parcel is followed fact by fact, in the order of corrected time (hub.core.parcel_story). What a consignment or a
request is follows from its parcels as they stand now, whatever came first: its facts are readings (hub.core.readings),
and from every open state one reading leads to one state. So states do not depend on the order of arrival.
"""

from hub.core.consignment_life import CONSIGNMENT, OPEN_CONSIGNMENTS, ConsignmentEvent, ConsignmentState
from hub.core.life_cycle import LifeCycle, Step
from hub.core.parcel_life import AT_HAND, BEFORE_LEAVING, OVER, PARCEL, ParcelEvent, ParcelState, Way
from hub.core.request_life import REQUEST, WANTED, RequestEvent, RequestState

__all__ = [
    "AT_HAND", "BEFORE_LEAVING", "CONSIGNMENT", "OPEN_CONSIGNMENTS", "OVER", "PARCEL", "REQUEST", "WANTED",
    "ConsignmentEvent", "ConsignmentState", "LifeCycle", "ParcelEvent", "ParcelState", "RequestEvent", "RequestState",
    "Step", "Way",
]  # fmt: skip
