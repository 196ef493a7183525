from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from dromio.contact_centre import Centre, open_centre

from .conftest import emptied
from .factory import call, count, event, partition


def test_vectors_13_and_14_in_a_file_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'c.db'}"
    with open_centre(url) as one, open_centre(url) as other:
        same = call(conversation="x")
        work = [*((one, same) for _ in range(5)), *((other, call()) for _ in range(10))]
        with ThreadPoolExecutor(len(work)) as threads:
            answers = list(threads.map(lambda pair: pair[0].take_event(pair[1]), work))
        assert len({answer["customerId"] for answer in answers}) == 1
        assert (count(one, "cc_identities"), count(one, "cc_interactions")) == (1, 11)


def test_many_writers_leave_what_one_would(postgres: str) -> None:
    """Contacts that link each other are taken in by many threads at once, some twice: the customers are the same."""
    generator = random.Random(7)
    events = [_linking(generator, number) for number in range(60)]
    with open_centre(postgres) as centre:
        for each in events:
            centre.take_event(each)
        expected = partition(centre)
    emptied(postgres)
    with open_centre(postgres) as one, open_centre(postgres) as other:
        work = [(generator.choice((one, other)), each) for each in [*events, *events[:20]]]
        generator.shuffle(work)
        barrier = threading.Barrier(8)

        def take(part: list[tuple[Centre, Any]]) -> None:
            barrier.wait()
            for centre, each in part:
                centre.take_event(each)

        with ThreadPoolExecutor(8) as threads:
            for done in [threads.submit(take, work[at::8]) for at in range(8)]:
                done.result()
        assert partition(one) == expected
        assert count(one, "cc_interactions") == 60


def _linking(generator: random.Random, number: int) -> dict[str, Any]:
    person = generator.randrange(6)
    typed = {"phone": f"+1206555010{person}", "email": f"person{person}@x{person}.example"}
    wanted = generator.sample(sorted(typed), generator.randrange(1, 3))
    body = {name: typed[name] for name in wanted}
    return event("CHAT", conversation=f"c{number}", attributes=body)
