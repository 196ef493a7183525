"""Jobs and schedules: work that is asked for now and done later, by a thread of any server process."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import TypeAdapter, ValidationError

from dromio.errors import InputError
from dromio.jobs import Job, Queue, Worker
from dromio.jobs.rows import Kind
from dromio.jobs.schedules import Schedules
from dromio.jobs.uploads import MEDIA_TYPES, Row, parts_of_upload
from dromio.server.bodies import media_type
from dromio.server.errors import MissingError
from dromio.server.faces.own import answers, job_shapes, shapes
from dromio.server.faces.own.pages import limited
from dromio.server.messages import Reply
from dromio.server.roles import Scope
from dromio.server.routes import Route
from dromio.server.service import Call, Service
from dromio.store.database import connect

_VALUES: TypeAdapter[shapes.Values] = TypeAdapter(shapes.Values)
_UNIQUE_ID: TypeAdapter[str] = TypeAdapter(shapes.UniqueId)
_NAME: TypeAdapter[str] = TypeAdapter(job_shapes.ScheduleName)
_DOMAIN = "/v1/domains/{domain}"


class Desk:
    """The jobs of a server: where they are kept, and the thread that runs them."""

    def __init__(self, service: Service) -> None:
        settings = service.settings
        self._database = connect(settings.store)
        self.queue = Queue(self._database)
        self.schedules = Schedules(self._database)
        self.worker = Worker(settings.store, poll_seconds=settings.jobs_seconds)

    def close(self) -> None:
        """Stop running jobs, and let the database go."""
        self.worker.close()
        self._database.close()


def begin(service: Service) -> Callable[[], None]:
    """Begin to run jobs where the settings want it; what is given back ends that."""
    desk = service.part(Desk)
    if service.settings.jobs_seconds > 0:
        desk.worker.start()
    return desk.close


def ask_for(call: Call, kind: Kind, version: int | None = None) -> Reply:
    """A new job of a kind, on a version of the model where one is named."""
    options: dict[str, object] = {} if version is None else {"version": version}
    return _asked(call, kind, options)


def get_jobs(call: Call, query: shapes.PageQuery) -> Reply:
    """List the jobs of a domain, the latest first."""
    limit = limited(call, query)
    before = int(str(call.position(query.cursor))) if query.cursor else None
    found = _desk(call).queue.jobs(call.domain.name, limit, before)
    following = call.cursor(found[-1].job_id) if len(found) == limit else None
    return Reply(job_shapes.JobPage(jobs=[_shown(call, job) for job in found], next=following))


def get_job(call: Call) -> Reply:
    """Say how far a job is, or what came of it."""
    job = _desk(call).queue.get(call.number("job_id"), call.domain.name)
    return Reply(_shown(call, job), touched=(f"job:{job.job_id}",))


def post_job(call: Call, body: job_shapes.JobIn) -> Reply:
    """Ask for a job; jobs of a domain are done one after another."""
    return ask_for(call, body.kind)


def cancel_job(call: Call) -> Reply:
    """Let a job not be done; one that runs stops at its next step, and nothing of that step is done."""
    return _cancelled(call, None)


def post_import(call: Call, query: job_shapes.ImportQuery) -> Reply:
    """Take in many records later: a line of JSON for each (columns to values), or a table as CSV with a head line.

    The upload is checked as a whole first. The result counts what was done with the records, like a bulk request.
    """
    parts = parts_of_upload(call.request.body, media_type(call.request), query.source, query.id)
    for number, row in enumerate((row for part in parts for row in part), 1):
        _check(number, row)
    return _asked(call, "import", {"source": query.source, "parts": len(parts)}, parts)


def cancel_import(call: Call) -> Reply:
    """Let an import not be done; records that were taken in already stay."""
    return _cancelled(call, "import")


def get_schedules(call: Call) -> Reply:
    """List the schedules of a domain, and when each asks for its job next."""
    found = _desk(call).schedules.all(call.domain.name)
    return Reply(job_shapes.SchedulesOut(schedules=[job_shapes.ScheduleOut(**one.to_dict()) for one in found]))


def put_schedule(call: Call, body: job_shapes.ScheduleIn) -> Reply:
    """Make a schedule or change it: a job every day, or on one day of the week, at a time in UTC.

    Where the time was missed because nothing ran, the job is asked for once, as soon as something runs again.
    """
    name = _name(call)
    author = call.principal.name
    made = _desk(call).schedules.put(call.domain.name, name, body.kind, body.every, body.at, author=author)
    return Reply(job_shapes.ScheduleOut(**made.to_dict()), touched=(f"schedule:{name}",))


def delete_schedule(call: Call) -> Reply:
    """Take a schedule out; jobs that it has asked for stay."""
    name = _name(call)
    was_there = _desk(call).schedules.delete(call.domain.name, name)
    return Reply(answers.Done(outcome="deleted" if was_there else "missing"), touched=(f"schedule:{name}",))


def _desk(call: Call) -> Desk:
    return call.service.part(Desk)


def _asked(call: Call, kind: Kind, options: dict[str, object], parts: list[list[Row]] | None = None) -> Reply:
    desk = _desk(call)
    job = desk.queue.add(call.domain.name, kind, options, author=call.principal.name, parts=parts or ())
    desk.worker.wake()
    return Reply(_shown(call, job), touched=(f"job:{job.job_id}",))


def _cancelled(call: Call, kind: Kind | None) -> Reply:
    desk = _desk(call)
    number, domain = call.number("job_id"), call.domain.name
    if kind is not None and desk.queue.get(number, domain).kind != kind:
        raise MissingError("there is no such import")
    job = desk.queue.cancel(number, domain)
    return Reply(_shown(call, job), touched=(f"job:{job.job_id}",))


def _shown(call: Call, job: Job) -> job_shapes.JobOut:
    """A job as the caller may see it: what a proposal tells of records is for those who may read records."""
    plain = job.to_dict()
    del plain["domain"]
    if job.kind == "propose" and Scope.READ not in call.principal.scopes_in(call.domain.name):
        plain["result"] = _counts(plain["result"])
    return job_shapes.JobOut(**plain)


def _counts(result: dict[str, object] | None) -> dict[str, object] | None:
    return None if result is None else {name: value for name, value in result.items() if isinstance(value, int)}


def _check(number: int, row: Row) -> None:
    """Raise InputError for a record that no request could bring in."""
    try:
        _UNIQUE_ID.validate_python(row[1])
        _VALUES.validate_python(row[2], strict=True)
    except ValidationError:
        raise InputError(f"record {number} has an id, a column or a value that cannot be taken") from None


def _name(call: Call) -> str:
    try:
        return _NAME.validate_python(call.path["name"])
    except ValidationError:
        raise MissingError("a schedule has a name of small letters, digits, _ and -") from None


def routes() -> tuple[Route, ...]:
    """Routes of jobs and schedules."""
    anybody, write, administer = (frozenset({one}) for one in (Scope.SIGNED_IN, Scope.WRITE, Scope.ADMINISTER))
    jobs, imports, schedules = f"{_DOMAIN}/jobs", f"{_DOMAIN}/imports", f"{_DOMAIN}/schedules"
    job, one = job_shapes.JobOut, f"{_DOMAIN}/jobs/{{job_id}}"
    named, shown = f"{schedules}/{{name}}", job_shapes.ScheduleOut
    return (
        Route("GET", jobs, get_jobs, anybody, query=shapes.PageQuery, reply=job_shapes.JobPage),
        Route("POST", jobs, post_job, administer, job_shapes.JobIn, reply=job, status=201, keeps_replies=True),
        Route("GET", one, get_job, anybody, reply=job),
        Route("POST", f"{one}/cancel", cancel_job, administer, reply=job),
        Route(
            "POST",
            imports,
            post_import,
            write,
            query=job_shapes.ImportQuery,
            reply=job,
            status=201,
            keeps_replies=True,
            uploads=MEDIA_TYPES,
        ),
        Route("POST", f"{imports}/{{job_id}}/cancel", cancel_import, write, reply=job),
        Route("GET", schedules, get_schedules, administer, reply=job_shapes.SchedulesOut),
        Route("PUT", named, put_schedule, administer, job_shapes.ScheduleIn, reply=shown),
        Route("DELETE", named, delete_schedule, administer, reply=answers.Done),
    )
