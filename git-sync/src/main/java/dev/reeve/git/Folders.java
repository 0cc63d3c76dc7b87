package dev.reeve.git;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.RepositoryBuilder;
import org.jspecify.annotations.Nullable;

/// Bare repositories in folders that belong to Reeve alone.
final class Folders {
  private static final int TRIES = 10;

  private Folders() {}

  static Repository create(Path folder) throws IOException {
    Files.createDirectories(folder);
    Repository repository = build(folder);
    repository.create(true);
    return repository;
  }

  static Repository build(Path folder) throws IOException {
    return new RepositoryBuilder().setGitDir(folder.toFile()).setBare().build();
  }

  /// The library measures the file system's clock with files that come and go in the folder while
  /// we look at it: neither their absence nor a late arrival is an error.
  static void delete(Path folder) throws IOException {
    for (int i = 0; ; i++) {
      try {
        deleteOnce(folder);
        return;
      } catch (DirectoryNotEmptyException arrival) {
        if (i == TRIES) {
          throw arrival;
        }
      }
    }
  }

  private static void deleteOnce(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new Tolerant() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /// A process that was killed while it wrote a ref leaves its lock behind, and every later write
  /// of that ref would fail.
  static void removeLeftLocks(Path folder) throws IOException {
    Path objects = folder.resolve("objects");
    Files.walkFileTree(
        folder,
        new Tolerant() {
          @Override
          public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
            return visited.equals(objects)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (file.toString().endsWith(".lock")) {
              Files.deleteIfExists(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static class Tolerant extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (failure instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw failure;
    }
  }
}
