"""Threads for the work of requests: all is done, in order of arrival, by no more than are allowed."""

from __future__ import annotations

import threading

from dromio.server.threads import Threads


def test_work_is_begun_in_order() -> None:
    done: list[int] = []
    threads = Threads(1)
    for number in range(100):
        assert threads.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    threads.close()
    assert done == list(range(100))


def test_there_are_as_many_threads_as_are_needed_and_no_more() -> None:
    threads, go, inside = Threads(4), threading.Event(), threading.Semaphore(0)

    def work() -> None:
        inside.release()
        go.wait(10)

    for _ in range(10):
        threads.submit(work)
    for _ in range(4):
        assert inside.acquire(timeout=10)
    assert not inside.acquire(timeout=0.05)
    go.set()
    threads.close()
    assert sum(inside.acquire(blocking=False) for _ in range(10)) == 6


def test_one_thread_serves_one_at_a_time() -> None:
    threads, ends, names = Threads(16), threading.Semaphore(0), set()

    def work() -> None:
        names.add(threading.current_thread().name)
        ends.release()

    for _ in range(20):
        threads.submit(work)
        assert ends.acquire(timeout=10)
    threads.close()
    assert len(names) <= 16


def test_after_the_end_nothing_is_taken() -> None:
    threads, done = Threads(2), []
    threads.submit(lambda: done.append(1))
    threads.close()
    assert not threads.submit(lambda: done.append(2))
    assert done == [1]
