package dev.reeve.manifest.sops;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.manifest.text.Json;
import dev.reeve.manifest.text.Position;
import dev.reeve.manifest.text.Tree;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What stands under a document's `sops`.
///
/// @param groups each holds one share of the data key; the only one holds all of it
/// @param threshold how many shares make the data key
/// @param mac encrypted; empty where it is missing
/// @param lastModified as it is bound to the MAC
record Metadata(
    Position at,
    List<Group> groups,
    int threshold,
    String mac,
    Position macAt,
    String lastModified,
    Selection selection,
    boolean macOnlyEncrypted) {
  static final String KEY = "sops";

  private static final Set<String> OTHER_KEYS =
      Set.of("kms", "gcp_kms", "hckms", "azure_kv", "hc_vault", "pgp");

  /// Whoever has one of these keys has the group's share.
  ///
  /// @param others what else than age opens it, as SOPS names it
  record Group(List<AgeKey> age, Set<String> others) {
    Group {
      age = List.copyOf(age);
      others = Set.copyOf(others);
    }
  }

  /// @param recipient `age1...`
  /// @param enc the share, encrypted for the recipient
  record AgeKey(String recipient, String enc, Position at) {}

  Metadata {
    groups = List.copyOf(groups);
  }

  static Metadata read(Tree.Member sops) throws NotOpened {
    if (!(sops.value() instanceof Tree.Mapping metadata)) {
      throw new NotOpened(sops.keyAt(), "sops must be a mapping");
    }
    var groups = groups(metadata);
    if (groups.isEmpty()) {
      throw new NotOpened(sops.keyAt(), "sops names no key that the file is encrypted for");
    }
    return new Metadata(
        sops.keyAt(),
        groups,
        threshold(metadata, groups.size()),
        metadata.member("mac").map(it -> text(it.value())).orElse(""),
        metadata.member("mac").map(it -> it.value().at()).orElse(sops.keyAt()),
        lastModified(metadata, sops.keyAt()),
        Selection.of(metadata),
        metadata
            .member("mac_only_encrypted")
            .map(it -> text(it.value()).equals("true"))
            .orElse(false));
  }

  /// A scalar's text; empty for anything else.
  static String text(Tree tree) {
    return tree instanceof Tree.Scalar scalar && !scalar.value().isNull()
        ? scalar.value().asText()
        : "";
  }

  private static List<Group> groups(Tree.Mapping metadata) throws NotOpened {
    var groups = new ArrayList<Group>();
    var top = group(metadata);
    if (!top.age().isEmpty() || !top.others().isEmpty()) {
      groups.add(top);
    } else if (metadata.member("key_groups").map(Tree.Member::value).orElse(metadata)
        instanceof Tree.Sequence written) {
      for (Tree item : written.items()) {
        if (!(item instanceof Tree.Mapping mapping)) {
          throw new NotOpened(item.at(), "a group of keys must be a mapping");
        }
        groups.add(group(mapping));
      }
    }
    return groups;
  }

  private static Group group(Tree.Mapping mapping) throws NotOpened {
    var age = new ArrayList<AgeKey>();
    var others = new TreeSet<String>();
    for (Tree.Member member : mapping.members()) {
      boolean isAge = member.key().equals("age");
      if ((!isAge && !OTHER_KEYS.contains(member.key()))
          || !(member.value() instanceof Tree.Sequence list)
          || list.items().isEmpty()) {
        continue;
      }
      if (!isAge) {
        others.add(member.key());
        continue;
      }
      for (Tree item : list.items()) {
        if (!(item instanceof Tree.Mapping key)) {
          throw new NotOpened(item.at(), "a key of age must be a mapping");
        }
        age.add(
            new AgeKey(key.text("recipient").orElse(""), key.text("enc").orElse(""), item.at()));
      }
    }
    return new Group(age, others);
  }

  private static int threshold(Tree.Mapping metadata, int groups) {
    JsonNode written =
        metadata.member("shamir_threshold").map(it -> it.value().toJson()).orElseGet(Json::nothing);
    int wanted = written.asInt(0);
    return wanted > 0 ? wanted : groups;
  }

  private static String lastModified(Tree.Mapping metadata, Position at) throws NotOpened {
    var written = metadata.member("lastmodified").map(it -> text(it.value())).orElse("");
    try {
      return OffsetDateTime.parse(written)
          .truncatedTo(ChronoUnit.SECONDS)
          .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
    } catch (DateTimeException e) {
      throw new NotOpened(
          metadata.member("lastmodified").map(it -> it.value().at()).orElse(at),
          "sops.lastmodified must be a time");
    }
  }

  /// All that the file is encrypted for, in words.
  String recipients() {
    var all = new ArrayList<String>();
    for (Group group : groups) {
      group.age().forEach(it -> all.add(shortened(it.recipient())));
      all.addAll(group.others());
    }
    return String.join(", ", all.stream().distinct().toList());
  }

  private static String shortened(String recipient) {
    int max = 100;
    return recipient.length() <= max ? recipient : recipient.substring(0, max) + "…";
  }
}
