package dev.reeve.manifest.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Gathers the members of one mapping: keys once, merged ones (`<<`) behind those written out.
final class Mappings {
  private final Documents.Builder documents;
  private final Map<String, Tree.Member> members = new LinkedHashMap<>();
  private final List<Tree.Mapping> merged = new ArrayList<>();

  Mappings(Documents.Builder documents) {
    this.documents = documents;
  }

  void add(Tree.Member member) {
    Tree.Member first = members.putIfAbsent(member.key(), member);
    if (first != null) {
      documents.problem(
          member.keyAt(),
          "duplicate key \"%s\": it stands at %s already".formatted(member.key(), first.keyAt()));
    }
  }

  void merge(Tree value) throws NotReadable {
    switch (value) {
      case Tree.Mapping mapping -> merged.add(mapping);
      case Tree.Sequence sequence -> {
        for (Tree item : sequence.items()) {
          if (!(item instanceof Tree.Mapping mapping)) {
            throw notMergeable(item);
          }
          merged.add(mapping);
        }
      }
      case Tree.Scalar scalar -> throw notMergeable(scalar);
    }
  }

  Tree.Mapping build(Position at) {
    for (Tree.Mapping mapping : merged) {
      mapping.members().forEach(member -> members.putIfAbsent(member.key(), member));
    }
    return new Tree.Mapping(at, List.copyOf(members.values()));
  }

  private static NotReadable notMergeable(Tree value) {
    return new NotReadable(value.at(), "a merge key (<<) takes a mapping or a list of mappings");
  }
}
