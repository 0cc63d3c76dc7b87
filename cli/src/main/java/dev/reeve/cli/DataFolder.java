package dev.reeve.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/// A data directory, held by one process at a time.
final class DataFolder implements AutoCloseable {
  private final Path folder;
  private final FileChannel channel;
  private final FileLock lock;

  private DataFolder(Path folder, FileChannel channel, FileLock lock) {
    this.folder = folder;
    this.channel = channel;
    this.lock = lock;
  }

  static Path usual() {
    return usual("reeve");
  }

  static Path usual(String name) {
    return Path.of(System.getProperty("user.home"), ".local", "share", name);
  }

  static DataFolder hold(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (NoSuchFileException e) {
      throw new CommandFailed(folder + " cannot be made there (--data-dir)", e);
    }
    var file = folder.resolve("pid");
    var channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    var lock = tryLock(channel);
    if (lock.isEmpty()) {
      channel.close();
      throw new CommandFailed(
          folder + " is in use by another reeve (process " + Files.readString(file).strip() + ")");
    }
    channel.truncate(0);
    channel.write(StandardCharsets.UTF_8.encode(ProcessHandle.current().pid() + "\n"));
    return new DataFolder(folder, channel, lock.get());
  }

  /// The process that holds the folder; empty when none does.
  static Optional<ProcessHandle> holder(Path folder) throws IOException {
    var file = folder.resolve("pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var lock = tryLock(channel);
      if (lock.isPresent()) {
        lock.get().release();
        return Optional.empty();
      }
    }
    try {
      return ProcessHandle.of(Long.parseLong(Files.readString(file).strip()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException e) {
      return Optional.empty();
    }
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  /// The secret in a file of the folder that only its owner can read, made at first use.
  String secret(String name) throws IOException {
    var file = folder.resolve(name);
    if (!Files.exists(file)) {
      var random = new byte[16];
      new SecureRandom().nextBytes(random);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, HexFormat.of().formatHex(random) + "\n");
    }
    return Files.readString(file).strip();
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
