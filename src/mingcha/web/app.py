"""The web application: the REST API, with its documentation served from here and not from elsewhere."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from mingcha import __version__
from mingcha.access.context import Access
from mingcha.gateways.single_sign_on import SingleSignOn
from mingcha.web.door import API
from mingcha.web.guard import Guard
from mingcha.web.limit import BodyLimit
from mingcha.web.problems import explain_problems
from mingcha.web.routes import (
    accounts,
    alarms,
    announcements,
    asked_opinions,
    audits,
    basis,
    bills,
    budgets,
    calls,
    connections,
    consultations,
    datasets,
    deployment,
    drafts,
    embedded,
    exports,
    findings,
    kept_lists,
    knowledge,
    notifications,
    organisations,
    own_rules,
    payment_standards,
    persons,
    reference,
    releases,
    reminders,
    rules,
    runs,
    second_opinions,
    session,
    settings,
    setup,
    simulated_answers,
    simulator,
    single_sign_on,
    staff,
    strategy,
    tokens,
    trail,
    trials,
    uploads,
    users,
)

_MODULES = (
    session,
    setup,
    accounts,
    users,
    organisations,
    staff,
    connections,
    tokens,
    trail,
    alarms,
    reference,
    deployment,
    settings,
    announcements,
    uploads,
    datasets,
    runs,
    exports,
    notifications,
    kept_lists,
    findings,
    bills,
    persons,
    calls,
    audits,
    asked_opinions,
    second_opinions,
    reminders,
    embedded,
    simulator,
    budgets,
    simulated_answers,
    payment_standards,
    rules,
    strategy,
    own_rules,
    drafts,
    releases,
    basis,
    consultations,
    single_sign_on,
    knowledge,
    trials,
)
DOORS = tuple(module.door for module in _MODULES)


def web_application(access: Access, single_sign_on: SingleSignOn | None = None) -> FastAPI:
    """The application over an access layer, and the identity provider of the unit where there is one."""
    app: FastAPI = FastAPIOffline(
        title="明察",
        summary="医保基金智能审核系统的接口",
        version=__version__,
        openapi_url=f"{API}/openapi.json",
        docs_url="/api/docs",
        redoc_url=None,
    )
    app.state.access = access
    app.state.single_sign_on = single_sign_on
    app.state.line = None  # of the gateway, which opens when the server starts
    explain_problems(app)
    # The last one added stands outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(Guard)
    for door in DOORS:
        app.include_router(door.router)
    return app
