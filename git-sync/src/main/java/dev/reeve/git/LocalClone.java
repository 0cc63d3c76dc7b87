package dev.reeve.git;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevTree;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/// A bare repository that another part of Reeve writes, read beside it. It is opened for each look,
/// since its folder may have been made anew; nothing is ever written, and no remote is asked.
///
/// Safe for any thread.
public final class LocalClone {
  private final Path folder;

  /// A commit with what it says of itself.
  public record Logged(CommitInfo commit, Trailers trailers) {}

  public LocalClone(Path folder) {
    this.folder = folder;
  }

  /// A commit and those before it by first parents, newest first, as far as they are here.
  ///
  /// @throws IOException when the folder cannot be read at this moment
  public List<Logged> newest(String tip, int atMost) throws IOException {
    List<Logged> newest = new ArrayList<>();
    try (Repository repository = Folders.build(folder);
        var walk = new RevWalk(repository)) {
      Optional<ObjectId> next = Optional.of(ObjectId.fromString(tip));
      while (next.isPresent()
          && newest.size() < atMost
          && repository.getObjectDatabase().has(next.get())) {
        RevCommit commit = walk.parseCommit(next.get());
        newest.add(new Logged(ConfigMirror.info(commit), Trailers.parse(commit.getFullMessage())));
        next =
            commit.getParentCount() == 0
                ? Optional.empty()
                : Optional.of(commit.getParent(0).copy());
      }
    }
    return newest;
  }

  /// The content of a file at a commit; empty where either is missing, or the file is larger.
  ///
  /// @throws IOException when the folder cannot be read at this moment
  public Optional<byte[]> file(String commit, String path, int limit) throws IOException {
    try (Repository repository = Folders.build(folder);
        var walk = new RevWalk(repository)) {
      if (!ObjectId.isId(commit)
          || !repository.getObjectDatabase().has(ObjectId.fromString(commit))) {
        return Optional.empty();
      }
      RevTree tree = walk.parseCommit(ObjectId.fromString(commit)).getTree();
      try (TreeWalk found = TreeWalk.forPath(walk.getObjectReader(), path, tree)) {
        if (found == null || found.isSubtree()) {
          return Optional.empty();
        }
        ObjectLoader content = repository.open(found.getObjectId(0), Constants.OBJ_BLOB);
        return content.getSize() > limit ? Optional.empty() : Optional.of(content.getBytes());
      }
    }
  }
}
