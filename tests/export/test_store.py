"""The store of made files: keys, bound, locks, failures."""

import os
import threading
import time

import pytest
from ckanext.kielce.export import store as module
from ckanext.kielce.export.orders import Order
from ckanext.kielce.export.store import BusyError, Store, key_of
from ckanext.kielce.tables.shared import Condition, View


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store", 100, 1)


def put(store, key, content):
    with store.draft() as work:
        (work / "made").write_bytes(content)
        return store.put(key, work / "made")


def test_a_file_is_found_under_its_key_with_the_hash_of_its_bytes(store):
    key = key_of("a")
    assert store.get(key) is None
    kept = put(store, key, b"abc")
    assert store.get(key) == kept
    assert kept.digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert kept.size == 3


def test_the_longest_unused_go_first_and_the_newest_stays(store):
    for at, name in enumerate("abc"):
        put(store, key_of(name), b"x" * 40)
        os.utime(store.get(key_of(name)).path, (at, at)) if name != "c" else None
    assert [store.get(key_of(name)) is not None for name in "abc"] == [False, True, True]
    big = put(store, key_of("big"), b"x" * 500)
    assert big.path.exists()
    assert store.get(key_of("b")) is None


def test_who_comes_second_is_given_the_file_of_the_first(store):
    key, order = key_of("slow"), []

    def first():
        with store.making(key, 5) as kept:
            order.append(kept)
            entered.set()
            go.wait(5)
            put(store, key, b"made once")

    entered, go = threading.Event(), threading.Event()
    maker = threading.Thread(target=first)
    maker.start()
    entered.wait(5)
    waiter = threading.Thread(target=lambda: order.append(enter(store, key)))
    waiter.start()
    go.set()
    maker.join(5)
    waiter.join(5)
    assert order[0] is None
    assert order[1].path.read_bytes() == b"made once"


def enter(store, key):
    with store.making(key, 5) as kept:
        return kept


def test_nobody_waits_for_ever(store):
    with store.making(key_of("a"), 1), pytest.raises(BusyError), store.making(key_of("a"), 0.1):
        pass


def test_drafts_of_processes_that_are_gone_are_cleared(store):
    left = store.folder / "draft" / "left"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"x")
    os.utime(left, (1, 1))
    with store.draft() as work:
        store.prune()
        assert work.exists()
    assert not left.exists()


def test_only_so_many_at_once(store):
    with store.slot(), pytest.raises(BusyError), store.slot():
        pass
    with store.slot():
        pass


def test_a_failure_is_told_for_a_while_and_ends_with_success(store, monkeypatch):
    key = key_of("bad")
    store.fail(key, {"code": "source", "detail": ""})
    assert store.failure(key) == {"code": "source", "detail": ""}
    put(store, key, b"good")
    assert store.failure(key) is None
    store.fail(key, {"code": "source", "detail": ""})
    late = time.time() + module.FAILURE_SECONDS + 1
    monkeypatch.setattr(module.time, "time", lambda: late)
    assert store.failure(key) is None


def test_clearing_deletes_all(store):
    put(store, key_of("a"), b"a")
    assert store.clear() == 1
    assert store.get(key_of("a")) is None


def test_an_order_survives_the_queue_and_its_key_follows_everything():
    order = Order("csv", "id", "v1", view=View("żłobek", (Condition("rok", "from", "2020"),), "rok", True))
    assert Order.from_dict(order.as_dict()) == order
    others = [
        Order("json", "id", "v1", view=order.view),
        Order("csv", "id", "v2", view=order.view),
        Order("csv", "id", "v1"),
        Order("csv", "id", "v1", lang="en", view=order.view),
    ]
    assert len({order.key, *(other.key for other in others)}) == 5
