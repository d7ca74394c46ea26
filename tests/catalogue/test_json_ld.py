"""One text for one meaning."""

import random
import uuid

from ckanext.kielce.catalogue.json_ld import canonical
from rdflib import BNode, Graph, Literal, Namespace

S = Namespace("http://schema.org/")
A = Namespace("https://a.example/")


def serialised() -> str:
    graph = Graph()
    facts = [(A.set, S.name, Literal("Wydatki", lang="pl")), (A.set, S.name, Literal("Spending", lang="en"))]
    for number in range(4):
        contact, file = BNode("N" + uuid.uuid4().hex), A[f"file{number}"]
        facts += [
            (A.set, S.distribution, file), (file, S.name, Literal(f"Plik {number}")),
            (A.set, S.contactPoint, contact), (contact, S.email, Literal(f"{number}@a.example")),
        ]  # fmt: skip
    random.shuffle(facts)
    for fact in facts:
        graph.add(fact)
    return graph.serialize(format="json-ld", auto_compact=True)


def test_the_same_facts_are_the_same_text_and_lose_nothing():
    texts = [serialised() for _ in range(20)]
    assert len(set(texts)) > 1, "rdflib writes them alike by itself now"
    (text,) = {canonical(text) for text in texts}
    assert (
        Graph().parse(data=text, format="json-ld").isomorphic(Graph().parse(data=texts[0], format="json-ld"))
    )
    assert "_:b3" in text and "_:N" not in text


def test_other_facts_are_another_text():
    text = serialised()
    assert canonical(text) != canonical(text.replace("Plik 2", "Plik 7"))
