package dev.reeve.git;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.TrackingRefUpdate;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.URIish;

/// Every word that this package speaks over a network: list, fetch, push. Each has a time limit,
/// and each failure is one `IOException` whose message a person can act on.
final class Connections {
  private static final Set<RefUpdate.Result> WRITTEN =
      Set.of(
          RefUpdate.Result.NEW,
          RefUpdate.Result.NO_CHANGE,
          RefUpdate.Result.FAST_FORWARD,
          RefUpdate.Result.FORCED);

  /// The library has no type for it, only these words.
  private static final List<String> FORBIDDEN =
      List.of("not authorized", "not permitted", "permission denied", "authentication", "log in");

  private final RemoteRepository remote;
  private final SshConnections ssh;
  private final CredentialsProvider passwords;

  Connections(RemoteRepository remote) {
    GitIsolation.enter();
    this.remote = remote;
    this.ssh = new SshConnections(remote.credentials());
    this.passwords = new Passwords(remote.credentials());
  }

  /// One `ls-remote`: the wanted refs that exist, by name.
  Map<String, String> list(Repository local, List<String> refs) throws IOException {
    return withDeadline(
        remote.timeout(),
        () -> {
          List<RefSpec> specs = refs.stream().map(RefSpec::new).toList();
          try (Transport transport = open(local);
              FetchConnection connection = transport.openFetch(specs)) {
            Map<String, String> found = new TreeMap<>();
            for (String name : refs) {
              Ref ref = connection.getRef(name);
              if (ref != null && ref.getObjectId() != null) {
                found.put(name, ref.getObjectId().name());
              }
            }
            return found;
          }
        });
  }

  /// Limited by silence, not by its length: a first fetch may honestly take long.
  void fetch(Repository local, List<RefSpec> specs) throws IOException {
    try (Transport transport = open(local)) {
      transport.setTagOpt(TagOpt.NO_TAGS);
      transport.setRemoveDeletedRefs(true);
      var result = transport.fetch(NullProgressMonitor.INSTANCE, specs);
      for (TrackingRefUpdate update : result.getTrackingRefUpdates()) {
        if (!WRITTEN.contains(update.getResult())) {
          throw new LocalRefException(update.getLocalName() + ": " + update.getResult());
        }
      }
    } catch (IOException | RuntimeException failure) {
      throw explained(failure);
    }
  }

  /// The newest commits of one ref, into a repository without refs, which it stays: what we have is
  /// offered by name. It has to be little, with no long history here. Where the server keeps its
  /// end of the line open, as over SSH, the library reads which commits it cuts off only after all
  /// that it offers, and takes them for an answer to the first few dozen.
  ///
  /// @return the tip; empty when there is no such ref
  Optional<ObjectId> fetchNewest(
      Repository local, String ref, int commits, Optional<ObjectId> offered) throws IOException {
    try (Transport transport = open(local)) {
      transport.setDepth(commits);
      try (FetchConnection connection = transport.openFetch(List.of(new RefSpec(ref)))) {
        Ref found = connection.getRef(ref);
        if (found == null || found.getObjectId() == null) {
          return Optional.empty();
        }
        connection.fetch(
            NullProgressMonitor.INSTANCE,
            List.of(found),
            offered.stream().collect(Collectors.toSet()));
        return Optional.of(found.getObjectId());
      }
    } catch (IOException | RuntimeException failure) {
      throw explained(failure);
    }
  }

  /// One push. When it fails the other side may have taken it all the same.
  PushResult push(Repository local, Collection<RemoteRefUpdate> updates) throws IOException {
    // A hook may think for as long again as the transfer took.
    return withDeadline(
        remote.timeout().multipliedBy(2),
        () -> {
          try (Transport transport = open(local)) {
            return transport.push(NullProgressMonitor.INSTANCE, updates);
          } catch (TransportException failure) {
            IOException explained = explained(failure);
            String text = message(explained).toLowerCase(Locale.ROOT);
            throw FORBIDDEN.stream().anyMatch(text::contains)
                ? new NotPermittedException(message(explained), failure)
                : explained;
          }
        });
  }

  private Transport open(Repository local) throws IOException {
    Transport transport = Transport.open(local, remote.uri());
    transport.setTimeout((int) remote.timeout().toSeconds());
    transport.setCredentialsProvider(passwords);
    if (transport instanceof SshTransport overSsh) {
      overSsh.setSshSessionFactory(ssh);
    }
    return transport;
  }

  /// The server knows us too well, or not at all: asking again will not help.
  static final class NotPermittedException extends IOException {
    NotPermittedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// The objects came, and our own folder would not take the ref.
  static final class LocalRefException extends IOException {
    LocalRefException(String message) {
      super(message);
    }
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  /// The library limits each read; a server that answers one byte at a time would still hold us.
  private <T> T withDeadline(Duration limit, Call<T> call) throws IOException {
    var answer = new CompletableFuture<T>();
    Thread worker =
        Thread.ofVirtual()
            .name("git-call")
            .start(() -> {
              try {
                answer.complete(call.run());
              } catch (IOException | RuntimeException | Error failure) {
                answer.completeExceptionally(failure);
              }
            });
    try {
      return answer.get(limit.plusSeconds(1).toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      worker.interrupt();
      throw new IOException("no answer within " + limit.toSeconds() + " s", late);
    } catch (InterruptedException interrupted) {
      worker.interrupt();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for an answer", interrupted);
    } catch (ExecutionException failed) {
      throw explained(failed.getCause() == null ? failed : failed.getCause());
    }
  }

  private static String message(Throwable failure) {
    return Optional.ofNullable(failure.getMessage()).orElse(failure.getClass().getSimpleName());
  }

  /// One line, from the outermost message that says something, or the refused host key.
  private IOException explained(Throwable failure) {
    if (failure instanceof NotPermittedException || failure instanceof LocalRefException) {
      return (IOException) failure;
    }
    Optional<String> refusal = ssh.takeRefusal();
    if (refusal.isPresent()) {
      return new IOException(refusal.get(), failure);
    }
    var text = new StringBuilder();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message != null && text.indexOf(message) < 0) {
        text.append(text.isEmpty() ? "" : ": ").append(message);
      }
    }
    String line = text.isEmpty() ? failure.getClass().getSimpleName() : text.toString();
    return new IOException(line.strip().replaceAll("\\s*\\n\\s*", "; "), failure);
  }

  /// Answers for the host a password was written for, also after a redirect; says no to everything
  /// else, such as the offer to go on with a certificate that does not verify.
  private static final class Passwords extends CredentialsProvider {
    private final GitCredentials credentials;

    Passwords(GitCredentials credentials) {
      this.credentials = credentials;
    }

    @Override
    public boolean isInteractive() {
      return false;
    }

    @Override
    public boolean supports(CredentialItem... items) {
      for (CredentialItem item : items) {
        if (!(item instanceof CredentialItem.Username)
            && !(item instanceof CredentialItem.Password)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public boolean get(URIish uri, CredentialItem... items) {
      if (!supports(items)
          || !(credentials instanceof GitCredentials.Passwords known)
          || uri.getHost() == null
          || uri.getScheme() == null) {
        return false;
      }
      var entry = known.match(uri.getScheme(), uri.getHost(), uri.getPort());
      if (entry.isEmpty()) {
        return false;
      }
      for (CredentialItem item : items) {
        if (item instanceof CredentialItem.Username user) {
          user.setValue(entry.get().user());
        } else if (item instanceof CredentialItem.Password password) {
          password.setValue(entry.get().password().toCharArray());
        }
      }
      return true;
    }
  }
}
