package dev.reeve.git;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.api.errors.CanceledException;
import org.eclipse.jgit.api.errors.JGitInternalException;
import org.eclipse.jgit.api.errors.UnsupportedSigningFormatException;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.GpgConfig;
import org.eclipse.jgit.lib.GpgSignature;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.Signers;
import org.eclipse.jgit.transport.CredentialsProvider;

/// What Reeve signs its own commits with: an SSH key, as `git -c gpg.format=ssh commit -S` has it.
/// `git verify-commit` checks such signatures against `gpg.ssh.allowedSignersFile`.
public final class SigningKey {
  private static final String HEADER = "-----BEGIN OPENSSH PRIVATE KEY-----";

  private final Path file;

  private SigningKey(Path file) {
    this.file = file;
  }

  /// Reads the file of `--signing-key`, an OpenSSH private key without a passphrase, and signs
  /// something with it.
  ///
  /// @throws IOException where that cannot be done; the message says what to do
  public static SigningKey read(Path file) throws IOException {
    if (!Files.readString(file, StandardCharsets.ISO_8859_1).startsWith(HEADER)) {
      throw new IOException(
          file + " is no OpenSSH private key; `ssh-keygen -t ed25519 -N '' -f FILE` makes one");
    }
    var key = new SigningKey(file.toAbsolutePath());
    try (var nowhere = new InMemoryRepository(new DfsRepositoryDescription("nowhere"))) {
      key.sign(nowhere, "a first try".getBytes(StandardCharsets.UTF_8));
    }
    return key;
  }

  void sign(Repository repository, CommitBuilder commit) throws IOException {
    commit.setGpgSignature(sign(repository, commit.build()));
  }

  private GpgSignature sign(Repository repository, byte[] text) throws IOException {
    try {
      return Signers.get(GpgConfig.GpgFormat.SSH)
          .sign(
              repository,
              new GpgConfig(new Config()),
              text,
              new PersonIdent("Reeve", "reeve"),
              file.toString(),
              CredentialsProvider.getDefault());
    } catch (CanceledException | UnsupportedSigningFormatException | JGitInternalException e) {
      throw new IOException(
          "cannot sign with "
              + file
              + ", which must be a key without a passphrase: "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public String toString() {
    return "SigningKey[" + file + "]";
  }
}
