package dev.reeve.core.state;

import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.protocol.ContainerReport;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a node said of a container, in little memory.
///
/// @param id1 first quarter of an engine's id; one that is not 64 hexadecimal digits is `otherId`
record SaidContainer(
    String name,
    boolean init,
    String image,
    String imageId,
    long id1,
    long id2,
    long id3,
    long id4,
    @Nullable String otherId,
    ContainerReport.State state,
    boolean ready,
    int restarts,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    int exitCode,
    String reason,
    String message) {
  private static final HexFormat HEX = HexFormat.of();

  /// @param podStarted most often it is when its container started
  static SaidContainer of(
      ContainerReport report, PodTemplate template, @Nullable Instant podStarted) {
    var started = report.startedAt().orElse(null);
    var id = report.id();
    boolean isUsual = isUsual(id);
    return new SaidContainer(
        name(report.name(), template),
        report.init(),
        Said.shared(report.image()),
        Said.shared(report.imageId()),
        isUsual ? HexFormat.fromHexDigitsToLong(id, 0, 16) : 0,
        isUsual ? HexFormat.fromHexDigitsToLong(id, 16, 32) : 0,
        isUsual ? HexFormat.fromHexDigitsToLong(id, 32, 48) : 0,
        isUsual ? HexFormat.fromHexDigitsToLong(id, 48, 64) : 0,
        isUsual ? null : id,
        report.state(),
        report.ready(),
        report.restarts(),
        started != null && started.equals(podStarted) ? podStarted : started,
        report.finishedAt().orElse(null),
        report.exitCode(),
        Said.shared(report.reason()),
        report.message());
  }

  private static String name(String said, PodTemplate template) {
    for (String name : template.containers()) {
      if (name.equals(said)) {
        return name;
      }
    }
    return Said.shared(said);
  }

  private static boolean isUsual(String id) {
    if (id.length() != 64) {
      return false;
    }
    for (int i = 0; i < 64; i++) {
      char c = id.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  private String id() {
    return otherId != null
        ? otherId
        : HEX.toHexDigits(id1) + HEX.toHexDigits(id2) + HEX.toHexDigits(id3) + HEX.toHexDigits(id4);
  }

  ContainerReport report() {
    return new ContainerReport(
        name,
        init,
        image,
        imageId,
        id(),
        state,
        ready,
        restarts,
        Optional.ofNullable(startedAt),
        Optional.ofNullable(finishedAt),
        exitCode,
        reason,
        message);
  }
}
