package dev.reeve.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/// What the cluster of an `up` is called. Containers, network, record and notes carry the name, so
/// two that share an engine must not share it, and one must not change it: it is `local` with the
/// usual data directory, follows from the path of any other, and is kept in the directory.
final class ClusterName {
  static final String USUAL = "local";

  private static final String FILE = "cluster";
  private static final int DIGITS = 6;
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");

  private ClusterName() {}

  /// The name that the directory keeps; where it keeps none, the one that it would be given.
  static String of(Path dataDir) throws IOException {
    var file = dataDir.resolve(FILE);
    return Files.exists(file) ? Files.readString(file).strip() : derived(dataDir);
  }

  /// As [#of], kept from now on. A directory that has a name takes no other.
  static String keep(Path dataDir, Optional<String> asked) throws IOException {
    var file = dataDir.resolve(FILE);
    var name = Files.exists(file) || asked.isEmpty() ? of(dataDir) : checked(asked.get());
    if (asked.isPresent() && !asked.get().equals(name)) {
      throw new CommandFailed(
          "%s belongs to cluster %s; give cluster %s a --data-dir of its own"
              .formatted(dataDir, name, asked.get()));
    }
    Files.writeString(file, name + "\n");
    return name;
  }

  private static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new Misused(
          "--cluster is up to 40 lower-case letters, digits and dashes, not '" + name + "'");
    }
    return name;
  }

  private static String derived(Path dataDir) throws IOException {
    var path = real(dataDir);
    return path.equals(real(DataFolder.usual())) ? USUAL : USUAL + "-" + digest(path);
  }

  private static Path real(Path path) throws IOException {
    return Files.exists(path) ? path.toRealPath() : path.toAbsolutePath().normalize();
  }

  private static String digest(Path path) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(path.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has it", e);
    }
  }
}
