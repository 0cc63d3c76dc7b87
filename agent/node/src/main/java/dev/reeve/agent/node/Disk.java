package dev.reeve.agent.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/// Files and folders, with the care that they need here.
final class Disk {
  static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> PRIVATE_FOLDER =
      PosixFilePermissions.fromString("rwx------");

  private Disk() {}

  /// Replaces a file as a whole: after a crash it is the old one or the new one. Only its owner may
  /// read it.
  static void replace(Path file, byte[] bytes) throws IOException {
    privateFolder(parent(file));
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(fresh, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    try (var channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      var buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (var folder = FileChannel.open(parent(file), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  static Path parent(Path file) {
    var parent = file.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("no folder above " + file);
    }
    return parent;
  }

  /// Folders above one that is made here keep the rights they have.
  static void privateFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(parent(folder));
      try {
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE_FOLDER));
      } catch (java.nio.file.FileAlreadyExistsException e) {
        // Another thread was quicker.
      }
    }
  }

  /// Sets rights exactly, whatever the process's mask is.
  static void mode(Path path, int mode) throws IOException {
    var permissions = EnumSet.noneOf(PosixFilePermission.class);
    var all = PosixFilePermission.values();
    // The enum's order is that of the bits, from the owner's read downwards.
    for (int i = 0; i < all.length; i++) {
      if ((mode & (0400 >> i)) != 0) {
        permissions.add(all[i]);
      }
    }
    Files.setPosixFilePermissions(path, permissions);
  }

  /// Removes a folder and all in it; links are removed, not followed.
  static void removeTree(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path directory, @org.jspecify.annotations.Nullable IOException error)
              throws IOException {
            if (error != null) {
              throw error;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
