"""Every route says what it asks for; every role gets through exactly where it may, and only to its own data."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import polars as pl
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from mingcha.access import tokens, users
from mingcha.access.connections import given
from mingcha.access.context import Access
from mingcha.access.grants import NewGrant
from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonalField
from mingcha.access.roles import ROLES, Role
from mingcha.administration import announcements, changes, modules
from mingcha.administration.announcements import Written
from mingcha.administration.changes import NewValue, Proposal
from mingcha.administration.dated import SettingKind
from mingcha.administration.modules import Module
from mingcha.audit.ledger.folders import dataset_folder
from mingcha.audit.ledger.uploads import files_folder
from mingcha.ingest.notes import REJECTS
from mingcha.knowledge.starter import starter_points
from mingcha.library import citing, consultations
from mingcha.library.articles import Article
from mingcha.library.documents import attaching, shown, writing
from mingcha.store.database.notifications import Notification
from mingcha.store.database.runs import Dataset, Run, Upload
from mingcha.store.lake import LakeWriter
from mingcha.web.door import API, Asks
from tests.platform.web.calls_of_people import calls_of_people
from tests.support.asking import own_words, taken_back
from tests.support.browser import Browser, application_over
from tests.support.calls import answered_call, asked_opinion
from tests.support.care import Cared, cared
from tests.support.hospital import hospital_calls
from tests.support.judged import beside, findings_at
from tests.support.library import knowledge_calls, library_calls, writing_calls
from tests.support.platform import ROOT, START, Town

PUBLIC = {
    ("POST", f"{API}/session"),
    ("POST", f"{API}/setup"),
    ("POST", f"{API}/setup/link"),
    ("GET", f"{API}/health"),
    ("GET", f"{API}/session/provider"),
    ("POST", f"{API}/session/provider"),
    ("POST", f"{API}/session/provider/return"),
    ("POST", f"{API}/accounts/invited"),
    ("POST", f"{API}/accounts/invited/requests"),
    ("POST", f"{API}/accounts/link"),
    ("POST", f"{API}/accounts/set-up"),
    ("GET", f"{API}/announcements/before-sign-in"),
    ("GET", f"{API}/session/password-policy"),
}
# What FastAPI serves of itself: the description of the API and its page.
DOCUMENTATION = {f"{API}/openapi.json", "/api/docs", "/docs/oauth2-redirect", "/static-offline-docs"}


def routes(access: Access) -> dict[tuple[str, str], Any]:
    found = {}
    for context in iter_route_contexts(application_over(access).routes):
        if context.path in DOCUMENTATION:
            continue
        assert isinstance(context.original_route, APIRoute), context.path
        for method in context.original_route.methods:
            found[method, str(context.path)] = context.original_route
    return found


def test_every_route_declares_one_permission_and_asks_for_just_that(access: Access) -> None:
    public = set()
    for key, route in routes(access).items():
        declared = (route.openapi_extra or {}).get("x-permission")
        asked = [one.call.permission for one in route.dependant.dependencies if isinstance(one.call, Asks)]
        if declared == "public":
            public.add(key)
            assert asked == []
        else:
            assert [Permission(declared)] == asked, key
            assert isinstance(route.dependant.dependencies[0].call, Asks), "asks before anything else runs"
    assert public == PUBLIC


def test_no_permission_is_there_for_nothing(access: Access) -> None:
    asked = {(route.openapi_extra or {})["x-permission"] for route in routes(access).values()}
    assert asked - {"public"} == set(Permission)


def test_the_description_is_whole_and_in_chinese(access: Access) -> None:
    described = application_over(access).openapi()
    operations = {
        (method.upper(), path): operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }
    assert set(operations) == set(routes(access))
    for key, operation in operations.items():
        assert any("一" <= letter <= "鿿" for letter in operation["summary"]), key
        assert operation["description"], key
        assert "x-permission" in operation
        good = [status for status in operation["responses"] if status.startswith("2")]
        assert good == ["204"] or operation["responses"][good[0]]["content"], key
        assert operation["responses"]["403"]["content"]["application/json"]["schema"]["$ref"].endswith(
            "/Problem"
        )


numbers = count(1)
CARE: dict[Path, Cared] = {}


def bill_in(town: Town, hospital: str) -> tuple[str, str]:
    """A bill and its person, of whom no other hospital knows."""
    if town.access.home not in CARE:
        CARE[town.access.home] = cared(town.access)
    care = CARE[town.access.home]
    return {"H1": ("E5", care.keys["350100000002"]), "H2": ("E6", care.keys["350100000003"])}[hospital]


def things_of(town: Town, hospital: str, user: Any) -> tuple[UUID, UUID, UUID, UUID, UUID]:
    """A dataset, a waiting audit, an export, an upload and a message; the last three are a user's own."""
    place = {"region_code": "350102" if hospital == "H1" else "350103", "institution_code": hospital}
    now = town.access.now()
    report = {"tables": [{"label": "a.csv"}]}
    dataset = Dataset(name=hospital, created_at=now, lines=1, report=report, **place)
    run = Run(kind="audit", name=hospital, created_at=now, **place)
    upload = Upload(created_at=now, created_by=user, **place)
    message = Notification(user_id=user, at=now, kind="run.done", title="完成")
    with town.access.database.writing() as session:
        session.add_all([dataset, upload, message])
        session.flush()
        lake_at(dataset_folder(town.access, dataset.id))
        files_folder(town.access, upload.id).mkdir(parents=True)
        (files_folder(town.access, upload.id) / "a.csv").write_text("a,b\n")
        run.parameters = {"dataset_id": str(dataset.id)}
        export = Run(kind="export", name=hospital, created_at=now, created_by=user, **place)
        export.parameters = {"list": "tokens"}
        session.add_all([run, export])
        session.flush()
        return dataset.id, run.id, export.id, upload.id, message.id


def waiting_trial(town: Town, hospital: str) -> UUID:
    """A trial of a draft that nobody has carried out yet."""
    place = {"region_code": "350102" if hospital == "H1" else "350103", "institution_code": hospital}
    with town.access.database.writing() as session:
        run = Run(kind="trial", name=hospital, created_at=town.access.now(), parameters={}, **place)
        session.add(run)
        session.flush()
        return run.id


def lake_at(folder: Path) -> None:
    """A dataset without a row."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    nothing = pl.DataFrame()
    with LakeWriter(folder) as writer:
        writer.write_items(nothing)
        writer.write_bucket(0, encounters=nothing, lines=nothing, diagnoses=nothing, procedures=nothing)
        writer.write_quality(nothing)
        (writer.folder / "rejects.csv").write_text(",".join(REJECTS) + "\n")
        writer.finish({"buckets": 1})


def calls(
    town: Town, hospital: str, user: Any, token: Any, by: Any
) -> dict[tuple[str, str], tuple[str, Any]]:
    """One request for every route that asks for a permission, aimed at one hospital."""
    dataset, run, export, upload, message = things_of(town, hospital, by)
    department, doctor = town.ids[f"{hospital}-外科"], town.ids[f"D-{hospital}-外科"]
    trial = waiting_trial(town, hospital)
    number = next(numbers)
    # Rules are everybody's: outside a scope there are only those that do not exist.
    rule = "GZ10000301004000" if hospital == "H1" else "GZ00000000000000"
    why = {"reason": "例行核对"}
    new = {"login": f"u{number}", "full_name": "王芳", "organisation_id": str(department)}
    bill, person = bill_in(town, hospital)
    modules.switch_on(town.access, ROOT, Module.SIMULATOR, "试用")
    simulated = {"institution_id": hospital, "patient": person, "scene": "outpatient"}
    visit = {**simulated, "encounter_id": "SIM0123456789abcdef", "started_at": "2026-03-02T08:00:00"}
    order = {"number": 1, "code": "X1", "name": "药", "price": "1", "quantity": "1"}
    said = {"title": "停机维护", "text": "今晚十点", "valid_from": "2026-03-02"}
    spoken = announcements.publish(town.access, ROOT, Written("公告", "内容", START.date())).id
    code = {"code": f"L{number}", "label": "本地"}
    codes = {"what": "codes", "rows": [code], "effective_from": "2026-03-02", "reason": "省里要求"}
    file = {"what": "codes", "file_name": "x.csv", "content": "57yW56CBLOWQjeensApBLEIK"}
    waits = [
        changes.propose(
            town.access, ROOT, Proposal(SettingKind.DICTIONARY, "gend", START.date(), "省里要求", [one])
        ).id
        for one in (NewValue(f"L{number}-{at}", {"label": "本地"}) for at in range(3))
    ]
    basis = writing.create(
        town.access,
        ROOT,
        writing.WrittenDocument(shown.DocumentKind.POLICY, "通知", draft=True),
        [Article("第一条", "内容")],
    ).id
    published = writing.create(
        town.access, ROOT, writing.WrittenDocument(shown.DocumentKind.POLICY, f"发布{number}"), []
    ).id
    filed = attaching.attach(town.access, ROOT, published, "x.txt", b"x").id
    cited = citing.cite(town.access, ROOT, published, "GZ10000301004000", citing.CitingKind.RULE, "").id
    asking = consultations.consult(town.access, ROOT, basis, "可行吗", START.date(), [town.ids[hospital]]).id
    at_hospital = f"/consultations/{asking}/institutions/{town.ids[hospital]}"
    written = {"kind": "policy", "title": "通知", "draft": True}
    ending = {"last_day": "2026-03-02", "owner": "other", "deadline": "2026-03-09"}
    ward = {"kind": "department", "code": f"W{number}", "name": "病区", "valid_from": "2026-03-02"}
    opinion = asked_opinion(town.access, hospital)
    judged, finding = beside(town.access), findings_at(hospital)["finding_id"][0]
    return {
        ("GET", "/session"): ("/session", None),
        ("DELETE", "/session"): ("/session", None),
        ("POST", "/session/password"): ("/session/password", {"current_password": "x", "new_password": "y"}),
        ("POST", "/session/second-factor"): ("/session/second-factor", None),
        ("POST", "/session/second-factor/confirm"): ("/session/second-factor/confirm", {"code": "000000"}),
        ("POST", "/session/second-factor/remove"): ("/session/second-factor/remove", {"code": "000000"}),
        ("GET", "/roles"): ("/roles", None),
        ("GET", "/code-lists"): ("/code-lists", None),
        ("GET", "/rules"): ("/rules?size=100", None),
        ("GET", "/rules/tree"): ("/rules/tree", None),
        ("GET", "/rules/basis"): ("/rules/basis", None),
        ("GET", "/rules/words"): ("/rules/words", None),
        ("GET", "/rules/{code}"): (f"/rules/{rule}", None),
        ("GET", "/rules/{code}/examples"): (f"/rules/{rule}/examples?mechanism=sex-mismatch", None),
        ("POST", "/rules/{code}/try"): (f"/rules/{rule}/try", {"mechanism": "sex-mismatch", "example": 1}),
        ("GET", "/users"): ("/users?size=100", None),
        ("POST", "/users"): ("/users", new),
        ("POST", "/users/find"): ("/users/find", {"field": "full_name", "value": "王小明"}),
        ("GET", "/users/{user_id}"): (f"/users/{user}", None),
        ("PATCH", "/users/{user_id}"): (f"/users/{user}", {"phone": "13900001111"}),
        ("POST", "/users/{user_id}/lock"): (f"/users/{user}/lock", why),
        ("POST", "/users/{user_id}/unlock"): (f"/users/{user}/unlock", why),
        ("POST", "/users/{user_id}/reset-password"): (f"/users/{user}/reset-password", why),
        ("POST", "/users/{user_id}/reset-second-factor"): (f"/users/{user}/reset-second-factor", why),
        ("POST", "/users/{user_id}/reveal"): (f"/users/{user}/reveal", {**why, "fields": ["phone"]}),
        ("GET", "/users/{user_id}/grants"): (f"/users/{user}/grants", None),
        ("PUT", "/users/{user_id}/grants"): (f"/users/{user}/grants", {"grants": []}),
        ("GET", "/organisations"): ("/organisations?size=100", None),
        ("POST", "/organisations"): ("/organisations", {**ward, "parent_id": str(town.ids[hospital])}),
        ("GET", "/organisations/{organisation_id}"): (f"/organisations/{department}", None),
        ("PATCH", "/organisations/{organisation_id}"): (
            f"/organisations/{department}",
            {"valid_from": "2026-03-02", "name": "外科"},
        ),
        ("POST", "/organisations/{organisation_id}/close"): (
            f"/organisations/{doctor}/close",
            {"last_day": "2030-01-01"},
        ),
        ("GET", "/calls"): ("/calls?size=100", None),
        ("GET", "/calls/{call_id}"): (f"/calls/{hospital}", None),
        ("POST", "/audit"): ("/audit", own_words(institution_id=hospital)),
        ("POST", "/audit/second-opinions"): (
            "/audit/second-opinions",
            {"institution_id": hospital, "message_id": "M1", "result_id": "R1"},
        ),
        ("GET", "/audit/second-opinions"): (
            f"/audit/second-opinions?institution_id={hospital}&message_id=M1&result_id=R1",
            None,
        ),
        ("GET", "/second-opinions"): ("/second-opinions?size=100", None),
        ("GET", "/second-opinions/{opinion_id}"): (f"/second-opinions/{opinion}", None),
        ("GET", "/second-opinions/{opinion_id}/bill"): (f"/second-opinions/{opinion}/bill", None),
        ("POST", "/second-opinions/{opinion_id}/words"): (
            f"/second-opinions/{opinion}/words",
            {"text": "请补充诊断"},
        ),
        ("POST", "/second-opinions/{opinion_id}/decision"): (
            f"/second-opinions/{opinion}/decision",
            {"verdict": "agreed", "reason": "已核对"},
        ),
        ("POST", "/reminder"): (
            "/reminder",
            {
                "institution_id": hospital,
                "person_id": "1",
                "encounter_id": "E",
                "started_at": "2026-03-02T08:00:00",
            },
        ),
        ("POST", "/embedded"): (
            "/embedded",
            {"institution_id": hospital, "page": "audit", "message_id": "M1"},
        ),
        ("GET", "/simulator"): ("/simulator", None),
        ("GET", "/simulator/patients"): (f"/simulator/patients?institution={hospital}", None),
        ("GET", "/simulator/items"): ("/simulator/items", None),
        ("GET", "/simulator/diagnoses"): ("/simulator/diagnoses", None),
        ("GET", "/simulator/operations"): ("/simulator/operations", None),
        ("POST", "/simulator/visits"): ("/simulator/visits", simulated),
        ("POST", "/simulator/reminders"): ("/simulator/reminders", visit),
        ("POST", "/simulator/audits"): (
            "/simulator/audits",
            {**visit, "step": "draft", "diagnoses": [], "orders": [order]},
        ),
        ("POST", "/simulator/feedback"): (
            "/simulator/feedback",
            {
                "institution_id": hospital,
                "message_id": "M1",
                "way": "take_back",
                "answers": [{"result_id": "R1"}],
            },
        ),
        ("GET", "/simulator/opinions"): (
            f"/simulator/opinions?institution={hospital}&message=M1&result=R1",
            None,
        ),
        ("POST", "/simulator/opinions"): (
            "/simulator/opinions",
            {"institution_id": hospital, "message_id": "M1", "result_id": "R1"},
        ),
        ("POST", "/audit/feedback"): ("/audit/feedback", taken_back(institution_id=hospital)),
        ("GET", "/connections"): ("/connections?size=100", None),
        ("GET", "/connections/services"): ("/connections/services", None),
        ("GET", "/connections/journals"): ("/connections/journals", None),
        ("PUT", "/connections/{institution_id}"): (f"/connections/{hospital}", {"networks": ["10.1.0.0/16"]}),
        ("POST", "/connections/{institution_id}/state"): (
            f"/connections/{hospital}/state",
            {"state": "live"},
        ),
        ("PUT", "/connections/{institution_id}/framing"): (
            f"/connections/{hospital}/framing",
            {"framed_by": ["http://his.test"]},
        ),
        ("GET", "/tokens"): ("/tokens", None),
        ("POST", "/tokens"): ("/tokens", {"name": "x", "permissions": ["organisations.view"], "days": 1}),
        ("DELETE", "/tokens/{token_id}"): (f"/tokens/{token}", None),
        ("POST", "/uploads"): ("/uploads", None),
        ("GET", "/uploads/fields"): ("/uploads/fields", None),
        ("GET", "/uploads/{upload_id}/files"): (f"/uploads/{upload}/files", None),
        ("PUT", "/uploads/{upload_id}/files"): (f"/uploads/{upload}/files?name=a.exe", None),
        ("DELETE", "/uploads/{upload_id}/files"): (f"/uploads/{upload}/files?name=a.csv", None),
        ("GET", "/uploads/{upload_id}/tables"): (f"/uploads/{upload}/tables", None),
        ("PUT", "/uploads/{upload_id}/mapping"): (f"/uploads/{upload}/mapping", {"tables": []}),
        ("GET", "/datasets"): ("/datasets?size=100", None),
        ("POST", "/datasets"): ("/datasets", {"upload_id": str(upload), "name": "三月"}),
        ("GET", "/datasets/{dataset_id}"): (f"/datasets/{dataset}", None),
        ("GET", "/datasets/{dataset_id}/quality"): (f"/datasets/{dataset}/quality", None),
        ("GET", "/datasets/{dataset_id}/rejects"): (f"/datasets/{dataset}/rejects", None),
        ("GET", "/datasets/{dataset_id}/rejects/file"): (
            f"/datasets/{dataset}/rejects/file?table=a.csv",
            None,
        ),
        ("GET", "/runs"): ("/runs?size=100", None),
        ("GET", "/runs/background"): ("/runs/background", None),
        ("POST", "/runs/audits"): ("/runs/audits", {"dataset_id": str(dataset), "name": "三月"}),
        ("GET", "/runs/{run_id}"): (f"/runs/{run}", None),
        ("GET", "/runs/audits/releases"): ("/runs/audits/releases", None),
        ("GET", "/runs/{run_id}/outcome"): (f"/runs/{run}/outcome", None),
        ("GET", "/runs/{run_id}/workbook"): (f"/runs/{run}/workbook", None),
        ("GET", "/exports/lists"): ("/exports/lists", None),
        ("GET", "/exports/kept"): ("/exports/kept", None),
        ("GET", "/exports"): ("/exports", None),
        ("POST", "/exports"): ("/exports", {"list": "tokens"}),
        ("GET", "/exports/{run_id}"): (f"/exports/{export}", None),
        ("GET", "/exports/{run_id}/file"): (f"/exports/{export}/file", None),
        ("POST", "/exports/{run_id}/cancel"): (f"/exports/{export}/cancel", None),
        ("POST", "/exports/{run_id}/retry"): (f"/exports/{export}/retry", None),
        ("POST", "/runs/{run_id}/cancel"): (f"/runs/{run}/cancel", None),
        ("POST", "/runs/{run_id}/retry"): (f"/runs/{run}/retry", None),
        ("GET", "/kept-lists"): ("/kept-lists", None),
        ("PUT", "/kept-lists/{name}"): ("/kept-lists/users", {"sets": []}),
        ("GET", "/notifications"): ("/notifications", None),
        ("GET", "/notifications/unread"): ("/notifications/unread", None),
        ("POST", "/notifications/read"): ("/notifications/read", None),
        ("POST", "/notifications/{notification_id}/read"): (f"/notifications/{message}/read", None),
        ("GET", "/trail"): ("/trail?size=100", None),
        ("GET", "/trail/actions"): ("/trail/actions", None),
        ("POST", "/trail/verify"): ("/trail/verify", None),
        **library_calls(str(uuid4())),
        **knowledge_calls(),
        ("POST", "/trials"): (
            "/trials",
            {"name": "试", "draft_id": str(uuid4()), "dataset_id": str(dataset)},
        ),
        ("GET", "/trials"): (f"/trials?draft_id={uuid4()}", None),
        ("GET", "/trials/{run_id}/comparison"): (f"/trials/{trial}/comparison", None),
        ("GET", "/trials/{run_id}/differences"): (f"/trials/{trial}/differences", None),
        ("GET", "/knowledge/point"): (f"/knowledge/point?point_id={starter_points()[0].point_id}", None),
        ("GET", "/knowledge/diseases"): ("/knowledge/diseases", None),
        ("GET", "/knowledge/point/mapping"): ("/knowledge/point/mapping?point_id=X1", None),
        ("GET", "/announcements"): ("/announcements", None),
        ("GET", "/announcements/mine"): ("/announcements/mine", None),
        ("POST", "/announcements"): ("/announcements", said),
        ("PUT", "/announcements/{announcement_id}"): (f"/announcements/{spoken}", said),
        ("POST", "/announcements/{announcement_id}/withdraw"): (f"/announcements/{spoken}/withdraw", why),
        ("POST", "/announcements/{announcement_id}/read"): (f"/announcements/{spoken}/read", None),
        ("GET", "/deployment"): ("/deployment", None),
        ("GET", "/deployment/modules"): ("/deployment/modules", None),
        ("POST", "/deployment/modules/{module}/switch-on"): ("/deployment/modules/tokens/switch-on", why),
        ("POST", "/deployment/modules/{module}/switch-off"): ("/deployment/modules/tokens/switch-off", why),
        ("PUT", "/deployment/help/{screen}"): ("/deployment/help/users", {"parts": []}),
        ("GET", "/parameters"): ("/parameters", None),
        ("GET", "/basis/documents"): ("/basis/documents", None),
        ("GET", "/basis/documents/{document_id}"): (f"/basis/documents/{basis}", None),
        ("POST", "/basis/documents"): ("/basis/documents", written),
        ("PUT", "/basis/documents/{document_id}"): (f"/basis/documents/{basis}", written),
        ("POST", "/basis/split"): ("/basis/split", {"content": "eA=="}),
        ("PUT", "/basis/documents/{document_id}/file"): (
            f"/basis/documents/{basis}/file",
            {"file_name": "x.txt", "content": "eA=="},
        ),
        ("GET", "/basis/documents/{document_id}/file"): (f"/basis/documents/{filed}/file", None),
        ("POST", "/basis/documents/{document_id}/citations"): (
            f"/basis/documents/{basis}/citations",
            {"rule_code": "GZ10000301004000"},
        ),
        ("DELETE", "/basis/documents/{document_id}/citations/{citation_id}"): (
            f"/basis/documents/{published}/citations/{cited}",
            None,
        ),
        ("POST", "/basis/documents/{document_id}/end"): (f"/basis/documents/{published}/end", ending),
        ("GET", "/basis/tasks"): ("/basis/tasks", None),
        ("POST", "/basis/tasks/{task_id}/done"): (f"/basis/tasks/{uuid4()}/done", {"remark": "不用改的"}),
        ("GET", "/consultations"): ("/consultations", None),
        ("POST", "/consultations"): (
            "/consultations",
            {"document_id": str(basis), "question": "可行吗", "deadline": "2026-03-02"},
        ),
        ("GET", "/consultations/mine"): ("/consultations/mine", None),
        ("GET", "/consultations/{consultation_id}/answers"): (f"/consultations/{asking}/answers", None),
        ("POST", "/consultations/{consultation_id}/close"): (f"/consultations/{asking}/close", None),
        ("GET", "/consultations/{consultation_id}/institutions/{organisation_id}"): (at_hospital, None),
        ("PUT", "/consultations/{consultation_id}/institutions/{organisation_id}"): (
            at_hospital,
            {"stance": "agrees", "answer": "可行"},
        ),
        ("POST", "/parameters/changes"): (
            "/parameters/changes",
            {"values": {"session.idle": 20 + number}, "effective_from": "2026-03-02", "reason": "等保要求"},
        ),
        ("GET", "/setting-changes"): ("/setting-changes", None),
        ("GET", "/setting-changes/{change_id}"): (f"/setting-changes/{waits[0]}", None),
        ("POST", "/setting-changes/{change_id}/approve"): (f"/setting-changes/{waits[0]}/approve", {}),
        ("POST", "/setting-changes/{change_id}/reject"): (f"/setting-changes/{waits[1]}/reject", why),
        ("POST", "/setting-changes/{change_id}/withdraw"): (f"/setting-changes/{waits[2]}/withdraw", None),
        ("GET", "/dictionaries"): ("/dictionaries", None),
        ("GET", "/dictionaries/{name}/codes"): ("/dictionaries/gend/codes", None),
        ("GET", "/dictionaries/{name}/mappings"): ("/dictionaries/gend/mappings", None),
        ("POST", "/dictionaries/{name}/preview"): ("/dictionaries/gend/preview", file),
        ("POST", "/dictionaries/{name}/changes"): ("/dictionaries/gend/changes", codes),
        ("GET", "/bills/{encounter_id}"): (f"/bills/{bill}", None),
        ("GET", "/bills/{encounter_id}/lines"): (f"/bills/{bill}/lines", None),
        ("POST", "/persons/find"): ("/persons/find", {"field": "full_name", "value": "赫连春花"}),
        ("GET", "/persons/{key}"): (f"/persons/{person}", None),
        ("GET", "/persons/{key}/record"): (f"/persons/{person}/record", None),
        ("POST", "/persons/{key}/record/fhir"): (
            f"/persons/{person}/record/fhir?institution_id={hospital}",
            {"resourceType": "Bundle"},
        ),
        ("POST", "/persons/{key}/reveal"): (f"/persons/{person}/reveal", {**why, "fields": ["phone"]}),
        ("GET", "/findings"): (f"/findings?run={judged}&size=100", None),
        ("GET", "/findings/facets"): (f"/findings/facets?run={judged}", None),
        ("GET", "/findings/values"): (f"/findings/values?run={judged}&facet=rule", None),
        ("GET", "/findings/runs"): ("/findings/runs", None),
        ("GET", "/findings/by-rule"): (f"/findings/by-rule?run={judged}", None),
        ("GET", "/findings/comparison"): (f"/findings/comparison?before={judged}&after={judged}", None),
        ("GET", "/findings/differences"): (f"/findings/differences?before={judged}&after={judged}", None),
        ("GET", "/findings/{finding_id}"): (f"/findings/{finding}?run={judged}", None),
        **calls_of_people(town, hospital, user),
        **hospital_calls(town.access, hospital),
        **writing_calls("MC90000000001000", str(uuid4())),
    }


# It concerns the whole installation or nothing: who reaches one hospital is refused.
WHOLE_ONLY = {
    *(key for key in library_calls("") if key != ("GET", "/drafts/states")),
    ("POST", "/trail/verify"),
    ("POST", "/trials"),
    ("GET", "/announcements"),
    ("POST", "/announcements"),
    ("PUT", "/announcements/{announcement_id}"),
    ("POST", "/announcements/{announcement_id}/withdraw"),
    ("POST", "/deployment/modules/{module}/switch-on"),
    ("POST", "/deployment/modules/{module}/switch-off"),
    ("PUT", "/deployment/help/{screen}"),
    ("POST", "/parameters/changes"),
    ("POST", "/setting-changes/{change_id}/approve"),
    ("POST", "/setting-changes/{change_id}/reject"),
    ("POST", "/setting-changes/{change_id}/withdraw"),
    ("POST", "/dictionaries/{name}/changes"),
    ("POST", "/basis/documents"),
    ("PUT", "/basis/documents/{document_id}"),
    ("PUT", "/basis/documents/{document_id}/file"),
    ("POST", "/basis/documents/{document_id}/citations"),
    ("DELETE", "/basis/documents/{document_id}/citations/{citation_id}"),
    ("POST", "/basis/documents/{document_id}/end"),
    ("POST", "/basis/tasks/{task_id}/done"),
    ("GET", "/consultations"),
    ("POST", "/consultations"),
    ("GET", "/consultations/{consultation_id}/answers"),
    ("POST", "/consultations/{consultation_id}/close"),
    ("POST", "/own-rules/{code}/retire"),
}
# Everybody's, wherever they are: nothing of it is one hospital's.
EVERYBODYS = {
    ("PUT", "/kept-lists/{name}"),  # each has their own under the same name
    ("POST", "/announcements/{announcement_id}/read"),
    ("GET", "/setting-changes/{change_id}"),
    ("GET", "/basis/documents/{document_id}"),
    ("GET", "/basis/documents/{document_id}/file"),
    ("GET", "/dictionaries/{name}/codes"),
    ("GET", "/dictionaries/{name}/mappings"),
    ("POST", "/dictionaries/{name}/preview"),
}

# What they aim at stands in their body.
AIMED = {
    ("GET", "/simulator/patients"),
    ("POST", "/simulator/visits"),
    ("POST", "/simulator/reminders"),
    ("POST", "/simulator/audits"),
    ("POST", "/simulator/feedback"),
    ("GET", "/simulator/opinions"),
    ("POST", "/simulator/opinions"),
    ("POST", "/embedded"),
    ("POST", "/reminder"),
    ("POST", "/audit"),
    ("POST", "/audit/feedback"),
    ("POST", "/audit/second-opinions"),
    ("GET", "/audit/second-opinions"),
    ("POST", "/users"),
    ("POST", "/organisations"),
    ("POST", "/datasets"),
    ("POST", "/runs/audits"),
    ("POST", "/accounts/requests"),
    ("POST", "/accounts/invitations"),
    ("POST", "/budgets"),
    ("POST", "/budgets/preview"),
    ("POST", "/payment-standards"),
}
# Wrong on purpose in `calls`: they are let in, and then told what is wrong.
LISTS = {
    ("GET", "/users"): "login",
    ("POST", "/users/find"): "login",
    ("GET", "/organisations"): "code",
    ("GET", "/staff"): "institution_code",
    ("GET", "/datasets"): "name",
    ("GET", "/runs"): "name",
    ("GET", "/connections"): "institution_id",
    ("GET", "/findings"): "institution_id",
    ("GET", "/calls"): "institution_id",
    ("GET", "/second-opinions"): "institution_id",
    ("GET", "/budgets"): "institution_id",
    ("GET", "/payment-standards"): "institution_id",
    ("GET", "/budgets/departments"): "institution_id",
}


@pytest.mark.one_database
@pytest.mark.parametrize("role", list(Role))
def test_each_role_gets_through_where_it_may_and_only_to_its_own_hospital(town: Town, role: Role) -> None:
    access = town.access
    someone = town.user("someone", town.grant(role, "H1"), at="H1", name="李工作")
    inside, outside = town.user("inside", at="H1-内科"), town.user("outside", at="H2-内科")
    other = town.user("other", town.grant(Role.READER, "H2"), at="H2")
    theirs, _ = tokens.create(access, town.actor("other"), "他人", [Permission.ORGANISATIONS_VIEW], 1)
    for hospital in ("H1", "H2"):
        given.connect(access, ROOT, hospital)
        answered_call(access, hospital)
    own, _ = tokens.create(access, town.actor("someone"), "自己", [Permission.ORGANISATIONS_VIEW], 1)
    asked = {
        (method, path.removeprefix(API)): (route.openapi_extra or {})["x-permission"]
        for (method, path), route in routes(access).items()
        if (method, path) not in PUBLIC
    }
    within, beyond = calls(town, "H1", inside, own.id, someone), calls(town, "H2", outside, theirs.id, other)
    assert set(within) == set(asked), "every route needs an example here"
    may = ROLES[role].permissions | {Permission.OWN_ACCOUNT}
    browser = Browser(access).sign_in("someone")
    for key, permission in sorted(asked.items()):
        if key == ("DELETE", "/session"):
            continue
        answer = browser(key[0], *within[key])
        if permission not in may:
            assert (answer.status_code, answer.json()["code"]) == (403, "denied"), key
            assert browser(key[0], *beyond[key]).status_code == 403
            continue
        if key in WHOLE_ONLY:
            assert answer.status_code == 403, key
            continue
        assert answer.status_code not in (401, 403, 404), (key, answer.text)
        assert answer.status_code < 500
        if ("{" in key[1] and key not in EVERYBODYS) or key in AIMED:
            refused = browser(key[0], *beyond[key])
            assert refused.status_code in (403, 404), (key, refused.text)
        if key in LISTS:
            items = answer.json()["items"] if isinstance(answer.json(), dict) else answer.json()
            assert items, key
            shown = {item[LISTS[key]] for item in items}
            assert not shown & {"outside", "other", "H2", "350102", "350103"}, key


REACHES: dict[str, tuple[str | None, bool, set[str]]] = {
    "everything": (None, False, {"city", "county", "office", "ward", "doctor", "other"}),
    "region": ("350102", False, {"county", "office", "ward", "doctor"}),
    "institution": ("H1", False, {"office", "ward", "doctor"}),
    "department": ("H1-内科", False, {"ward", "doctor"}),
    "self": (None, True, {"doctor"}),
}


@pytest.mark.parametrize("reach", list(REACHES))
def test_no_number_guessed_or_seen_elsewhere_opens_what_lies_outside_the_scope(
    town: Town, reach: str
) -> None:
    """IDOR: somebody asks for every user, organisation and person's values by id; outside the scope nothing comes."""
    access = town.access
    homes = {"city": "350100", "county": "B350102", "office": "H1", "ward": "H1-内科", "other": "H2-外科"}
    ids = {login: town.user(login, at=place) for login, place in homes.items()}
    place, own, expected = REACHES[reach]
    roles = (Role.DECIDER, Role.INSTITUTION_ACCOUNTS)
    held = [town.grant(role, place, own=own) if place or own else NewGrant(role) for role in roles]
    ids["doctor"] = town.user("doctor", *held, at="D-H1-内科")
    browser = Browser(access).sign_in("doctor")
    for login, user_id in ids.items():
        status = 200 if login in expected else 404
        assert browser("GET", f"/users/{user_id}").status_code == status, login
        assert browser("GET", f"/users/{user_id}/grants").status_code == status, login
        body = {"fields": ["phone"], "reason": "例行核对"}
        assert browser("POST", f"/users/{user_id}/reveal", body).status_code == status, login
        if login not in expected:
            for method, path, change in (
                ("PATCH", "", {"phone": "13900001111"}),
                ("POST", "/lock", {"reason": "试一试"}),
                ("POST", "/reset-password", {"reason": "试一试"}),
                ("PUT", "/grants", {"grants": []}),
            ):
                assert browser(method, f"/users/{user_id}{path}", change).status_code in (404, 422), login
    listed = browser("GET", "/users?size=100").json()
    assert {user["login"] for user in listed["items"]} == expected
    assert listed["total"] == len(expected)
    assert browser("GET", f"/users/{uuid4()}").status_code == 404


def test_lists_are_paged_sorted_and_counted_in_one_way(town: Town) -> None:
    for number in range(7):
        users.create(town.access, ROOT, f"u{number}", {PersonalField.FULL_NAME: "王芳"}, None)
    town.administrators()
    browser = Browser(town.access).sign_in("security_admin")
    pages = [browser("GET", f"/users?size=3&page={page}&sort=-login&login=u").json() for page in range(1, 6)]
    logins = [user["login"] for page in pages for user in page["items"] if user["login"].startswith("u")]
    assert logins[:7] == [f"u{number}" for number in reversed(range(7))]
    assert {page["total"] for page in pages} == {pages[0]["total"]}
    for query in ("page=0", "size=101", "size=x", "sort=password_hash", "sort=login;drop", "status=gone"):
        answer = browser("GET", f"/users?{query}")
        assert answer.status_code == 422, query
        assert answer.json()["code"] == "invalid"
