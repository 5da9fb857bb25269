"""Connections: one a thread, jobs handed out among them, and tables that a job needs for itself."""

from __future__ import annotations

import threading
import time

import pytest

from synth.databases.capabilities import Capabilities
from synth.errors import DatabaseError
from synth.loading.connections import Connections, Job


class Place:
    """A database that counts its connections; the `broken`th of them fails."""

    def __init__(self, *, parallel: bool = True, broken: int = 0):
        self.capabilities = Capabilities(parallel_connections=parallel)
        self.broken, self.made, self.closed, self.opened = broken, [], [], 0

    def new_connection(self):
        if len(self.made) + 1 == self.broken:
            raise DatabaseError("too many connections")
        self.made.append(Connection(self))
        return self.made[-1]

    def close(self):
        self.closed.append(self)


class Connection:
    def __init__(self, place):
        self.place = place

    def open_to_send(self):
        self.place.opened += 1

    def close(self):
        self.place.closed.append(self)


def done(connections):
    connections.stop()
    connections.close()


def test_each_thread_has_its_own():
    place = Place()
    connections = Connections(place, 3)
    connections.open()
    assert len(place.made) == place.opened == 3
    together, used = threading.Barrier(3), []

    def use():
        together.wait(10)
        used.append((threading.get_ident(), connections.mine(), connections.mine()))

    connections.run([Job(use)] * 3)
    assert {one for _, one, _ in used} == set(place.made) and all(one is same for _, one, same in used)
    assert connections.mine() not in {one for _, one, _ in used}  # the calling thread's
    done(connections)
    assert place.closed == [*place.made, place] and len(place.made) == 4


def test_a_place_for_one_connection():
    place = Place(parallel=False)
    connections = Connections(place, 8)
    connections.open()
    assert connections.count == 1 and connections.mine() is place
    threads = []
    connections.run([Job(lambda: threads.append(threading.get_ident()))] * 2)
    assert threads == [threading.get_ident()] * 2
    done(connections)
    assert place.made == [] and place.closed == [place]


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_a_connection_that_cannot_be_made_is_told(broken):
    """And not the broken barrier at which the others wait."""
    place = Place(broken=broken)
    connections = Connections(place, 3)
    with pytest.raises(DatabaseError, match="too many connections"):
        connections.open()
    done(connections)
    assert len(place.closed) == len(place.made) + 1


def test_no_two_jobs_share_a_table_that_one_needs_alone():
    connections = Connections(Place(), 4)
    running, most, order = [], [], []

    def job(name, tables):
        def call():
            running.append(tables)
            most.append(len(running))
            assert sum(len(each) for each in running) == len(frozenset().union(*running)), running
            time.sleep(0.01)
            running.remove(tables)
            order.append(name)

        return Job(call, tables)

    a, b, c = (frozenset(each) for each in ("a", "ab", "c"))
    connections.run([job(at, tables) for at, tables in enumerate([a, a, b, c, b, c, frozenset()])])
    assert sorted(order) == list(range(7)) and max(most) > 1
    done(connections)


def test_the_first_error_ends_it_all():
    connections = Connections(Place(), 2)
    calls = []

    def fail():
        raise DatabaseError("no")

    with pytest.raises(DatabaseError, match="^no$"):
        connections.run([Job(fail, frozenset("a")), *(Job(lambda: calls.append(1), frozenset("a")) for _ in range(5))])
    assert calls == []
    done(connections)
