package dev.reeve.git;

import java.io.File;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.SshConfigStore;
import org.eclipse.jgit.transport.sshd.ServerKeyDatabase;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.jspecify.annotations.Nullable;

/// SSH with one key, no agent and no `~/.ssh/config`. A host is let in only when its key stands in
/// a known hosts file; nothing is ever learned on first sight.
final class SshConnections extends SshdSessionFactory {
  private final List<Path> identities;
  private final List<Path> knownHosts;
  private final AtomicReference<Optional<String>> refusal = new AtomicReference<>(Optional.empty());

  SshConnections(GitCredentials credentials) {
    super(null, null);
    if (credentials instanceof GitCredentials.SshKey(Path key, List<Path> hosts)) {
      identities = List.of(key);
      knownHosts = hosts.stream().filter(Files::isRegularFile).toList();
    } else {
      identities = List.of();
      knownHosts = List.of();
    }
  }

  /// Why the last connection was not let through, where the host's key was the reason.
  Optional<String> takeRefusal() {
    return refusal.getAndSet(Optional.empty());
  }

  @Override
  protected @Nullable File getSshConfig(File sshDirectory) {
    return null;
  }

  @Override
  protected @Nullable SshConfigStore createSshConfigStore(
      File home, @Nullable File configFile, String localUser) {
    return null;
  }

  @Override
  protected org.eclipse.jgit.transport.sshd.agent.@Nullable ConnectorFactory getConnectorFactory() {
    return null;
  }

  @Override
  protected List<Path> getDefaultIdentities(File sshDirectory) {
    return identities;
  }

  @Override
  protected List<Path> getDefaultKnownHostsFiles(File sshDirectory) {
    return knownHosts;
  }

  @Override
  protected String getDefaultPreferredAuthentications() {
    return "publickey";
  }

  @Override
  protected ServerKeyDatabase createServerKeyDatabase(File home, File sshDirectory) {
    ServerKeyDatabase files = super.createServerKeyDatabase(home, sshDirectory);
    return new ServerKeyDatabase() {
      @Override
      public List<PublicKey> lookup(
          String connectAddress, InetSocketAddress remote, Configuration configuration) {
        return files.lookup(connectAddress, remote, configuration);
      }

      @Override
      public boolean accept(
          String connectAddress,
          InetSocketAddress remote,
          PublicKey key,
          Configuration configuration,
          @Nullable CredentialsProvider provider) {
        // The files' own check may add or replace lines after asking; without somebody to ask it
        // denies. Passing no provider keeps it so whatever the caller has.
        boolean accepted = files.accept(connectAddress, remote, key, configuration, null);
        if (!accepted) {
          boolean isKnown = !files.lookup(connectAddress, remote, configuration).isEmpty();
          refusal.set(Optional.of(refusalOf(connectAddress, remote, key, isKnown)));
        }
        return accepted;
      }
    };
  }

  private String refusalOf(
      String address, InetSocketAddress remote, PublicKey key, boolean isKnown) {
    String port = remote.getPort() == 22 ? "" : "-p " + remote.getPort() + " ";
    String host = remote.getHostString();
    String fingerprint = KeyUtils.getKeyType(key) + " " + KeyUtils.getFingerPrint(key);
    if (isKnown) {
      return "the SSH host key of "
          + address
          + " is not the one in "
          + knownHosts
          + ": the server shows "
          + fingerprint
          + "; if the server was given a new key, replace its line there";
    }
    return "the SSH host key of "
        + address
        + " is unknown ("
        + fingerprint
        + "); compare it with the server's, then add it: ssh-keyscan "
        + port
        + host
        + " >> known_hosts, beside the private key";
  }
}
