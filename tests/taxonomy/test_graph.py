from __future__ import annotations

import itertools

import networkx as nx
import pytest

from governance.kernel.errors import InputError
from taxonomy import load
from taxonomy.graph import build_graph, find_paths
from taxonomy.model import NO_MATCH

ONTOLOGY = load()


def test_the_graph_holds_every_row() -> None:
    graph = build_graph(ONTOLOGY)
    assert graph.number_of_nodes() == len(ONTOLOGY.nodes)
    assert graph.number_of_edges() == len(ONTOLOGY.edges)
    rows = [row for _, _, row in graph.edges(data="row")]
    assert {row.key for row in rows} == {edge.key for edge in ONTOLOGY.edges}
    assert nx.is_weakly_connected(graph)


def test_a_path_hangs_together_and_says_why() -> None:
    (path,) = find_paths(ONTOLOGY, "iso42001:A.6.2.8", "owasp-llm:LLM01")
    assert path.hops[0].start == "iso42001:A.6.2.8"
    for one, two in itertools.pairwise(path.hops):
        assert one.end == two.start
    assert path.hops[-1].end == "owasp-llm:LLM01"
    assert [hop.label for hop in path.hops] == ["mitigates", "closeMatch"]
    assert path.derived.confidence <= min(hop.edge.confidence for hop in path.hops)


def test_several_ways_come_best_first_and_differ() -> None:
    paths = find_paths(ONTOLOGY, "MIS-01", "nist-ai-rmf:MEASURE-2.3", limit=4)
    assert len({tuple(hop.end for hop in path.hops) for path in paths}) == 4
    confidences = [path.derived.confidence for path in paths]
    assert confidences[0] == max(confidences)


def test_the_ways_are_those_that_networkx_finds() -> None:
    from taxonomy.graph import HUB_KINDS, _walkable

    graph = _walkable(ONTOLOGY, frozenset({*HUB_KINDS, "domain"}))
    for start, end in (("MIS-01", "owasp-asi:ASI08"), ("DRF-03", "atlas:AML.T0057")):
        theirs = itertools.islice(nx.shortest_simple_paths(graph, start, end, "cost"), 6)
        costs = [nx.path_weight(graph, way, "cost") for way in theirs]
        ours_costs = [
            nx.path_weight(graph, [start, *(hop.end for hop in path.hops)], "cost")
            for path in find_paths(ONTOLOGY, start, end, limit=6)
        ]
        assert len(ours_costs) == 6
        assert ours_costs == pytest.approx(costs)


def test_a_direct_link_beats_a_longer_way() -> None:
    (path,) = find_paths(ONTOLOGY, "MIS-01", "eu-ai-act:Art.15")
    assert len(path.hops) == 1


def test_losses_frameworks_and_no_matches_are_not_walked_through() -> None:
    for start, end in itertools.islice(itertools.product(ONTOLOGY.nodes, ("BIA-03",)), 0, 300, 7):
        for path in find_paths(ONTOLOGY, start, end) if start != end else []:
            inner = [ONTOLOGY.nodes[hop.end].kind for hop in path.hops[:-1]]
            assert not {"loss", "framework", "group"} & set(inner)
            assert all(hop.edge.predicate != NO_MATCH for hop in path.hops)


def test_a_domain_is_walked_through_only_where_nothing_else_leads() -> None:
    (by_domain,) = find_paths(ONTOLOGY, "PRV-05", "law:GDPR.Art.9")
    assert [hop.end for hop in by_domain.hops] == ["PRV", "law:GDPR.Art.9"]
    (direct,) = find_paths(ONTOLOGY, "iso42001:A.2.2", "MIS-06")
    assert [hop.end for hop in direct.hops] == ["MIS-06"]


def test_no_way_and_bad_questions() -> None:
    assert find_paths(ONTOLOGY, "MIS-01", "atlas:AML.TA0002") == []
    with pytest.raises(InputError, match="no 'X'"):
        find_paths(ONTOLOGY, "X", "MIS")
    with pytest.raises(InputError, match="two different"):
        find_paths(ONTOLOGY, "MIS", "MIS")
    with pytest.raises(InputError, match="between 1 and 20"):
        find_paths(ONTOLOGY, "MIS", "POI", limit=0)
