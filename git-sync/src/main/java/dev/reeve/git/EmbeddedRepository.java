package dev.reeve.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;

/// The repository of `reeve up`: bare, in the data folder, where it survives restarts. Reeve itself
/// reads and writes it by its path, people over [EmbeddedGitServer].
public final class EmbeddedRepository implements AutoCloseable {
  private final Path folder;
  private final String branch;
  private final Repository repository;

  private EmbeddedRepository(Path folder, String branch, Repository repository) {
    this.folder = folder;
    this.branch = branch;
    this.repository = repository;
  }

  /// Opens the repository in the folder, or makes an empty one whose first branch is the given.
  public static EmbeddedRepository open(Path folder, String branch) {
    GitIsolation.enter();
    try {
      boolean isNew = !Files.exists(folder.resolve("HEAD"));
      if (!isNew) {
        Folders.removeLeftLocks(folder);
      }
      Repository repository = isNew ? Folders.create(folder) : Folders.build(folder);
      if (isNew) {
        repository.updateRef(Constants.HEAD).link(Constants.R_HEADS + branch);
      }
      return new EmbeddedRepository(folder, branch, repository);
    } catch (IOException unusable) {
      throw new UncheckedIOException("cannot keep a repository in " + folder, unusable);
    }
  }

  /// What to give to others of this process as the address of the remote.
  public RemoteRepository remote() {
    return new RemoteRepository(folder.toAbsolutePath().normalize().toString());
  }

  public Path folder() {
    return folder;
  }

  public String branch() {
    return branch;
  }

  /// Commits the regular files of a folder, when the branch does not exist yet. Links are not
  /// followed and `.git` is left out, so that nothing from outside the folder gets in.
  ///
  /// @return the new commit; empty when the branch exists already, which then stays as it is
  public Optional<String> importFolder(Path source, String message, Instant at) throws IOException {
    String name = Constants.R_HEADS + branch;
    Ref existing = repository.exactRef(name);
    if (existing != null) {
      return Optional.empty();
    }
    try (ObjectInserter inserter = repository.newObjectInserter()) {
      DirCache index = DirCache.newInCore();
      DirCacheBuilder builder = index.builder();
      for (Path file : regularFiles(source)) {
        var entry = new DirCacheEntry(source.relativize(file).toString().replace('\\', '/'));
        entry.setFileMode(
            Files.isExecutable(file) ? FileMode.EXECUTABLE_FILE : FileMode.REGULAR_FILE);
        entry.setObjectId(inserter.insert(Constants.OBJ_BLOB, Files.readAllBytes(file)));
        builder.add(entry);
      }
      builder.finish();
      var identity = new PersonIdent("Reeve", "reeve@localhost", at, ZoneOffset.UTC);
      var commit = new CommitBuilder();
      commit.setTreeId(index.writeTree(inserter));
      commit.setAuthor(identity);
      commit.setCommitter(identity);
      commit.setMessage(message);
      ObjectId made = inserter.insert(commit);
      inserter.flush();
      RefUpdate update = repository.updateRef(name);
      update.setExpectedOldObjectId(ObjectId.zeroId());
      update.setNewObjectId(made);
      RefUpdate.Result result = update.update();
      if (result != RefUpdate.Result.NEW) {
        throw new IOException(folder + ": " + name + " could not be made: " + result);
      }
      return Optional.of(made.name());
    }
  }

  Repository repository() {
    return repository;
  }

  @Override
  public void close() {
    repository.close();
  }

  private static List<Path> regularFiles(Path source) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        source,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return !folder.equals(source) && folder.getFileName().toString().equals(".git")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            // A work tree of its own has a file of this name that points elsewhere.
            if (attributes.isRegularFile() && !file.getFileName().toString().equals(".git")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }
}
