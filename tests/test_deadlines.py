"""What is called when a time is up."""

import os
from threading import Event, Thread
from time import sleep

from synth.deadlines import deadline


def test_what_is_done_in_time_is_not_called_off():
    late = Event()
    for _ in range(3):
        with deadline(0.05, late.set):
            pass
    sleep(0.15)
    assert not late.is_set()


def test_the_first_to_end_is_called_first_whatever_began_first():
    order: list[str] = []
    both = Event()
    with deadline(0.2, lambda: (order.append("long"), both.set())), deadline(0.05, lambda: order.append("short")):
        assert both.wait(10)
    assert order == ["short", "long"]


def test_threads_have_their_own_deadlines():
    called = [Event() for _ in range(8)]

    def wait_for(at: int) -> None:
        with deadline(0.02 * (at + 1), called[at].set):
            assert called[at].wait(10)

    threads = [Thread(target=wait_for, args=(at,)) for at in range(len(called))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(event.is_set() for event in called)


def test_a_forked_process_has_deadlines():
    with deadline(10, lambda: None):  # the thread of this process has begun
        child = os.fork()
        if not child:
            up = Event()
            with deadline(0.02, up.set):
                os._exit(0 if up.wait(10) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
