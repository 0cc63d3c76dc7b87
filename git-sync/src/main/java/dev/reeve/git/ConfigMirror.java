package dev.reeve.git;

import dev.reeve.core.model.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevTree;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.treewalk.NameConflictTreeWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A bare mirror of one branch of one remote, kept in a folder across restarts. A cache: whatever
/// is wrong with the folder, it is made anew, and nothing is lost.
///
/// Confined to one thread; the folder belongs to one mirror at a time.
public final class ConfigMirror implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigMirror.class);

  private final Path folder;
  private final RemoteRepository remote;
  private final Connections connections;
  private final String branch;
  private final String recordBranch;
  private final String commandBranch;
  private final String keepPrefix;
  private Repository repository;
  private boolean isDamaged;

  private ConfigMirror(Path folder, RemoteRepository remote, String branch, String cluster)
      throws IOException {
    this.folder = folder;
    this.remote = remote;
    this.connections = new Connections(remote);
    this.branch = Constants.R_HEADS + branch;
    this.recordBranch = Constants.R_HEADS + "reeve/" + cluster;
    this.commandBranch = Constants.R_HEADS + "reeve-commands/" + cluster;
    this.keepPrefix = Constants.R_REFS + "reeve/" + cluster + "/keep/";
    this.repository = opened();
  }

  /// Opens the folder, or makes it. The remote is not asked yet.
  public static ConfigMirror open(
      Path folder, RemoteRepository remote, String branch, String cluster) {
    try {
      return new ConfigMirror(folder, remote, branch, cluster);
    } catch (IOException unusable) {
      throw new UncheckedIOException("cannot keep a mirror in " + folder, unusable);
    }
  }

  /// Looks at the remote, with exactly one `ls-remote`.
  public Poll poll() {
    try {
      Map<String, String> refs =
          connections.list(repository, List.of(branch, recordBranch, commandBranch));
      var others =
          new Poll.OtherRefs(
              Optional.ofNullable(refs.get(recordBranch)),
              Optional.ofNullable(refs.get(commandBranch)));
      String tip = refs.get(branch);
      return tip == null ? new Poll.BranchMissing(others) : new Poll.Tip(tip, others);
    } catch (IOException away) {
      return new Poll.Unavailable(message(away));
    }
  }

  /// Brings the tracked branch, the commands and the kept commits into the mirror.
  public Fetch fetch() {
    try {
      if (isDamaged) {
        makeAnew("an object was missing");
      }
      try {
        return fetched();
      } catch (IOException failure) {
        Optional<String> damage = damage(failure);
        if (damage.isEmpty()) {
          return afterFailure(failure);
        }
        makeAnew(damage.get());
        return fetched();
      }
    } catch (IOException failure) {
      return afterFailure(failure);
    }
  }

  /// A fetch fails alike for a missing branch and for a lost network; only then a second look
  /// tells.
  private Fetch afterFailure(IOException failure) {
    return poll() instanceof Poll.BranchMissing
        ? new Fetch.BranchMissing()
        : new Fetch.Unavailable(message(failure));
  }

  private Fetch fetched() throws IOException {
    List<RefSpec> specs =
        List.of(
            new RefSpec("+" + branch + ":" + branch),
            // As a pattern, because a pattern without a match is no error.
            new RefSpec("+refs/heads/reeve-commands/*:refs/heads/reeve-commands/*"),
            new RefSpec("+" + keepPrefix + "*:" + keepPrefix + "*"));
    connections.fetch(repository, specs);
    String tip = tipOf(branch).orElseThrow(() -> new IOException(branch + " was not fetched"));
    verify(tip);
    return new Fetch.Fetched(tip, tipOf(commandBranch));
  }

  /// Every file under the path, by path; the path itself where it is a file; empty when the commit
  /// has no such path. The root is the empty path.
  public Optional<List<TreeFile>> files(String commit, String path) {
    return reading(
        commit,
        (reader, walk) -> {
          RevTree tree = walk.parseCommit(id(commit)).getTree();
          List<TreeFile> files = new ArrayList<>();
          String root = normalized(path);
          if (root.isEmpty()) {
            try (var walker = new TreeWalk(reader)) {
              walker.addTree(tree);
              collect(walker, reader, "", files);
            }
            return Optional.of(List.copyOf(files));
          }
          try (TreeWalk walker = TreeWalk.forPath(reader, root, tree)) {
            if (walker == null) {
              return Optional.empty();
            }
            if (!walker.isSubtree()) {
              return Optional.of(List.of(file(walker, 0, reader, root)));
            }
            try (var below = new TreeWalk(reader)) {
              below.addTree(walker.getObjectId(0));
              collect(below, reader, root + "/", files);
            }
          }
          return Optional.of(List.copyOf(files));
        });
  }

  /// What a push from one commit to the other changed under the path.
  public TreeChanges changes(String from, String to, String path) {
    return reading(
        to,
        (reader, walk) -> {
          List<TreeFile> written = new ArrayList<>();
          List<String> removed = new ArrayList<>();
          String root = normalized(path);
          try (var walker = new NameConflictTreeWalk(reader)) {
            walker.addTree(walk.parseCommit(id(from)).getTree());
            walker.addTree(walk.parseCommit(id(to)).getTree());
            walker.setFilter(TreeFilter.ANY_DIFF);
            while (walker.next()) {
              String here = walker.getPathString();
              if (isUnder(here, root)) {
                boolean isFile = isFile(walker.getFileMode(1));
                if (isFile) {
                  written.add(file(walker, 1, reader, here));
                } else if (isFile(walker.getFileMode(0))) {
                  removed.add(here);
                }
              }
              // Last, because it moves the walker. Where a folder takes the place of a file, the
              // entry is both at once.
              if (walker.isSubtree() && isOnTheWay(here, root)) {
                walker.enterSubtree();
              }
            }
          }
          written.sort(Comparator.comparing(TreeFile::path));
          Collections.sort(removed);
          return new TreeChanges(written, removed);
        });
  }

  /// Reads a file's content. Larger ones are not loaded.
  public Blob blob(String blob, long limit) {
    return reading(
        "blob " + blob,
        (reader, _) -> {
          ObjectLoader loader = reader.open(id(blob), Constants.OBJ_BLOB);
          return loader.getSize() > limit
              ? new Blob.TooLarge(loader.getSize(), limit)
              : new Blob.Content(Bytes.of(loader.getBytes()));
        });
  }

  /// Empty when the mirror has no such commit.
  public Optional<CommitInfo> commit(String sha) {
    return reading(sha, (_, walk) -> found(walk, sha).map(ConfigMirror::info));
  }

  /// Empty trailers when the mirror has no such commit.
  public Trailers trailers(String sha) {
    return reading(
        sha,
        (_, walk) ->
            found(walk, sha)
                .map(commit -> Trailers.parse(commit.getFullMessage()))
                .orElse(new Trailers(List.of())));
  }

  /// A commit is an ancestor of itself; one that the mirror does not have is nobody's.
  public boolean isAncestor(String ancestor, String descendant) {
    return reading(
        descendant,
        (_, walk) -> {
          Optional<RevCommit> upper = found(walk, ancestor);
          Optional<RevCommit> lower = found(walk, descendant);
          return upper.isPresent()
              && lower.isPresent()
              && walk.isMergedInto(upper.get(), lower.get());
        });
  }

  /// The first-parent commits of the range, oldest first: what was pushed, without what was merged
  /// in by it. Those that the start already contains are left out, however they got there.
  public List<CommitInfo> firstParentRange(String fromExclusive, String to) {
    return reading(
        to,
        (_, walk) -> {
          walk.markStart(walk.parseCommit(id(to)));
          walk.markUninteresting(walk.parseCommit(id(fromExclusive)));
          Set<AnyObjectId> isNew = new HashSet<>();
          for (RevCommit commit : walk) {
            isNew.add(commit.getId());
          }
          List<CommitInfo> range = new ArrayList<>();
          try (var chain = new RevWalk(repository)) {
            Optional<RevCommit> next = Optional.of(chain.parseCommit(id(to)));
            while (next.isPresent() && isNew.contains(next.get())) {
              RevCommit commit = next.get();
              range.add(info(commit));
              next =
                  commit.getParentCount() == 0
                      ? Optional.empty()
                      : Optional.of(chain.parseCommit(commit.getParent(0)));
            }
          }
          return range.reversed().stream().toList();
        });
  }

  /// Has the remote keep the commit from garbage collection, whatever becomes of the branch.
  public Kept keep(String sha) {
    return pushKeep(sha, id(sha));
  }

  /// Lets the commit go.
  public Kept release(String sha) {
    return pushKeep(sha, ObjectId.zeroId());
  }

  /// The commits that were kept at the last fetch, or since.
  public List<String> kept() {
    try {
      return repository.getRefDatabase().getRefsByPrefix(keepPrefix).stream()
          .map(ref -> ref.getName().substring(keepPrefix.length()))
          .sorted()
          .toList();
    } catch (IOException unreadable) {
      throw damaged("the kept refs", unreadable);
    }
  }

  /// Packs what years of fetches left in small pieces, and drops what no ref holds since two weeks.
  public void tidy() {
    try {
      Git.wrap(repository).gc().call();
    } catch (GitAPIException failure) {
      LOG.warn("the mirror {} could not be packed: {}", folder, failure.getMessage());
    }
  }

  @Override
  public void close() {
    repository.close();
  }

  private Kept pushKeep(String sha, ObjectId target) {
    String name = keepPrefix + sha;
    try {
      var update = new RemoteRefUpdate(repository, (String) null, target, name, true, null, null);
      PushResult result = connections.push(repository, List.of(update));
      RemoteRefUpdate answer = result.getRemoteUpdate(name);
      return switch (answer.getStatus()) {
        case OK, UP_TO_DATE, NON_EXISTING -> {
          setLocal(name, target);
          yield new Kept.Done();
        }
        case AWAITING_REPORT, NOT_ATTEMPTED ->
            new Kept.Unavailable("the server did not say whether it took " + name);
        case REJECTED_NONFASTFORWARD,
            REJECTED_NODELETE,
            REJECTED_REMOTE_CHANGED,
            REJECTED_OTHER_REASON ->
            new Kept.Refused(Pushes.refusal(answer, result));
      };
    } catch (IOException away) {
      return new Kept.Unavailable(message(away));
    }
  }

  private void setLocal(String name, ObjectId target) throws IOException {
    RefUpdate update = repository.updateRef(name);
    update.setForceUpdate(true);
    update.setNewObjectId(target);
    if (target.equals(ObjectId.zeroId())) {
      update.delete();
    } else {
      update.update();
    }
  }

  private Repository opened() throws IOException {
    if (!Files.exists(folder.resolve("HEAD"))) {
      if (Files.exists(folder)) {
        LOG.warn("{} is no mirror: it is made anew", folder);
        Folders.delete(folder);
      }
      return created();
    }
    try {
      Folders.removeLeftLocks(folder);
      Repository existing = Folders.build(folder);
      if (remote.url().equals(existing.getConfig().getString("remote", "origin", "url"))) {
        repository = existing;
        Optional<String> tip = tipOf(branch);
        if (tip.isPresent()) {
          verify(tip.get());
        }
        return existing;
      }
      existing.close();
      LOG.info("the mirror {} is of another repository: it is made anew", folder);
    } catch (IOException | RuntimeException unreadable) {
      LOG.warn("the mirror {} is damaged ({}): it is made anew", folder, unreadable.getMessage());
    }
    Folders.delete(folder);
    return created();
  }

  private Repository created() throws IOException {
    Repository fresh = Folders.create(folder);
    StoredConfig config = fresh.getConfig();
    config.setString("remote", "origin", "url", remote.url());
    // Malformed trees, such as names that climb out of their folder, are turned away at the door;
    // old harmless flaws are not.
    config.setBoolean("transfer", null, "fsckObjects", true);
    for (String harmless :
        List.of("zeroPaddedFilemode", "missingSpaceBeforeDate", "badTimezone", "missingEmail")) {
      config.setString("fsck", null, harmless, "ignore");
    }
    config.save();
    return fresh;
  }

  private void makeAnew(String why) throws IOException {
    LOG.warn("the mirror {} is damaged ({}): it is made anew", folder, why);
    repository.close();
    Folders.delete(folder);
    repository = created();
    isDamaged = false;
  }

  /// The tip must be readable down to its first folder; deeper damage shows when it is read.
  private void verify(String tip) throws IOException {
    try (var walk = new RevWalk(repository)) {
      walk.getObjectReader().open(walk.parseCommit(id(tip)).getTree());
    }
  }

  private static Optional<String> damage(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof MissingObjectException
          || cause instanceof CorruptObjectException
          || cause instanceof IncorrectObjectTypeException
          || cause instanceof Connections.LocalRefException) {
        return Optional.of(message(cause));
      }
    }
    return Optional.empty();
  }

  private interface Read<T> {
    T from(ObjectReader reader, RevWalk walk) throws IOException;
  }

  private <T> T reading(String what, Read<T> read) {
    try (var walk = new RevWalk(repository)) {
      return read.from(walk.getObjectReader(), walk);
    } catch (IOException unreadable) {
      throw damaged(what, unreadable);
    }
  }

  private DamagedMirrorException damaged(String what, IOException cause) {
    isDamaged = true;
    return new DamagedMirrorException(
        "cannot read " + what + " in " + folder + ": " + message(cause), cause);
  }

  private Optional<String> tipOf(String ref) throws IOException {
    Ref found = repository.exactRef(ref);
    return found == null || found.getObjectId() == null
        ? Optional.empty()
        : Optional.of(found.getObjectId().name());
  }

  private static Optional<RevCommit> found(RevWalk walk, String sha) throws IOException {
    if (!ObjectId.isId(sha)) {
      return Optional.empty();
    }
    try {
      return Optional.of(walk.parseCommit(ObjectId.fromString(sha)));
    } catch (MissingObjectException | IncorrectObjectTypeException absent) {
      return Optional.empty();
    }
  }

  static CommitInfo info(RevCommit commit) {
    PersonIdent author = commit.getAuthorIdent();
    List<String> parents = new ArrayList<>();
    for (RevCommit parent : commit.getParents()) {
      parents.add(parent.name());
    }
    return new CommitInfo(
        commit.name(),
        commit.getShortMessage(),
        author.getName() + " <" + author.getEmailAddress() + ">",
        Instant.ofEpochSecond(commit.getCommitTime()),
        parents);
  }

  private static void collect(
      TreeWalk walker, ObjectReader reader, String prefix, List<TreeFile> files)
      throws IOException {
    walker.setRecursive(true);
    while (walker.next()) {
      files.add(file(walker, 0, reader, prefix + walker.getPathString()));
    }
    // Git sorts a folder as if its name ended with a slash, which is the order of whole paths too;
    // it compares bytes, though, and strings outside of ASCII may differ.
    files.sort(Comparator.comparing(TreeFile::path));
  }

  private static TreeFile file(TreeWalk walker, int tree, ObjectReader reader, String path)
      throws IOException {
    FileMode mode = walker.getFileMode(tree);
    ObjectId blob = walker.getObjectId(tree);
    if (mode.equals(FileMode.GITLINK)) {
      return new TreeFile(path, blob.name(), TreeFile.Kind.SUBMODULE, 0);
    }
    TreeFile.Kind kind =
        mode.equals(FileMode.SYMLINK) ? TreeFile.Kind.SYMLINK : TreeFile.Kind.REGULAR;
    return new TreeFile(path, blob.name(), kind, reader.getObjectSize(blob, Constants.OBJ_BLOB));
  }

  private static boolean isFile(FileMode mode) {
    return !mode.equals(FileMode.MISSING) && !mode.equals(FileMode.TREE);
  }

  private static boolean isUnder(String path, String root) {
    return root.isEmpty() || path.equals(root) || path.startsWith(root + "/");
  }

  private static boolean isOnTheWay(String folder, String root) {
    return isUnder(folder, root) || root.startsWith(folder + "/");
  }

  /// `./apps/` and `apps` are the same path.
  public static String normalized(String path) {
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }

  private static ObjectId id(String sha) {
    return ObjectId.fromString(sha);
  }

  private static String message(Throwable failure) {
    return Optional.ofNullable(failure.getMessage()).orElse(failure.getClass().getSimpleName());
  }
}
